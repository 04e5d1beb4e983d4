// SPDX-FileCopyrightText: onboard.ringcentral contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// What @rc-ex/core does with a server: log in, read the account, invite the users that are named one by one, log out.
// Prints {"account": id, "invited": [id, ...]} as JSON.
const { default: RingCentral } = require("@rc-ex/core");

async function main() {
  const { RC_SERVER_URL: server, RC_APP_CLIENT_ID: clientId, RC_APP_CLIENT_SECRET: clientSecret } = process.env;
  const rc = new RingCentral({ server, clientId, clientSecret });
  await rc.authorize({ jwt: process.env.RC_USER_JWT });
  const account = await rc.get("/restapi/v1.0/account/~");
  const invited = [];
  for (const id of process.argv.slice(2)) {
    const change = { status: "NotActivated", transition: { sendWelcomeEmail: true } };
    const answer = await rc.put(`/restapi/v1.0/account/~/extension/${id}`, change);
    invited.push(String(answer.data.id));
  }
  await rc.revoke();
  console.log(JSON.stringify({ account: String(account.data.id), invited }));
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
