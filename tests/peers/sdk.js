// SPDX-FileCopyrightText: onboard.ringcentral contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// What RingCentral's own @ringcentral/sdk does with a server: log in, list who is pending, invite all of them, log out.
// Prints {"invited": [id, ...]} as JSON.
const { SDK } = require("@ringcentral/sdk");

const ACCOUNT = "/restapi/v1.0/account/~";

async function main() {
  const { RC_SERVER_URL: server, RC_APP_CLIENT_ID: clientId, RC_APP_CLIENT_SECRET: clientSecret } = process.env;
  const platform = new SDK({ server, clientId, clientSecret }).platform();
  await platform.login({ jwt: process.env.RC_USER_JWT });
  const users = [];
  for (let page = 1, more = true; more; page += 1) {
    const query = { status: "NotActivated", type: "User", perPage: 1000, page };
    const listed = await (await platform.get(`${ACCOUNT}/extension`, query)).json();
    users.push(...listed.records);
    more = Boolean(listed.navigation.nextPage);
  }
  const records = users
    .filter(({ contact }) => contact && contact.email && contact.email.endsWith("@example.com"))
    .map(({ id }) => ({ id: String(id), transition: { sendWelcomeEmail: true } }));
  const task = await (await platform.post(`${ACCOUNT}/extension-bulk-update`, { records })).json();
  await platform.get(`${ACCOUNT}/extension-bulk-update/tasks/${task.id}`);
  await platform.logout();
  console.log(JSON.stringify({ invited: records.map(({ id }) => id) }));
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
