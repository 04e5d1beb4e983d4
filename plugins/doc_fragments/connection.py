# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that connect a module to RingCentral."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  server_url:
    description:
      - Where RingCentral's API is served.
      - If not set, the environment variable E(RC_SERVER_URL) is used.
      - Plain http is refused unless the host is a loopback address.
      - Credentials that are in the environment are sent only to the server in E(RC_SERVER_URL), if that is set. A
        different server here is an error.
    type: str
    default: https://platform.ringcentral.com
  client_id:
    description:
      - The client id of an app that is registered with RingCentral and uses the JWT auth flow.
      - If not set, the environment variable E(RC_APP_CLIENT_ID) is used.
    type: str
  client_secret:
    description:
      - The client secret of that app.
      - If not set, the environment variable E(RC_APP_CLIENT_SECRET) is used.
    type: str
  jwt:
    description:
      - The JWT credential of the user that the app acts as.
      - Blanks and line breaks around a credential are ignored. Inside a credential they are an error.
      - If not set, the environment variable E(RC_USER_JWT) is used.
    type: str
  access_token:
    description:
      - The access token of an existing session, instead of O(client_id), O(client_secret) and O(jwt).
      - Cannot be combined with O(jwt), since the two could belong to different accounts.
      - The module does not end that session. M(onboard.ringcentral.rc_login) makes such a token and ends it.
      - If not set, the environment variable E(RC_ACCESS_TOKEN) is used.
    type: str
  account_id:
    description:
      - The account to work on. V(~) is the account that the credential belongs to.
    type: str
    default: "~"
  expect_account:
    description:
      - The id or the main number of the account that the credential should open.
      - If it opens another one, the module fails before any mail is sent.
      - The account must also be the one in the environment variable E(RC_EXPECT_ACCOUNT), if that is set. Variables
        cannot turn that guard off.
    type: str
  validate_certs:
    description:
      - Whether the server's certificate must be valid. With V(false), any server that answers gets the credentials.
      - If not set, the environment variable E(RC_VALIDATE_CERTS) is used. If credentials are in the environment,
        and that variable or E(RC_SERVER_URL) with them, only that variable can turn verification off.
    type: bool
    default: true
  ca_path:
    description:
      - A file, or a folder prepared by C(openssl rehash), with the CA certificates to trust.
      - If not set, the environment variable E(RC_CA_PATH) is used. If credentials are in the environment, and that
        variable or E(RC_SERVER_URL) with them, a different value here is an error.
      - Without either, the certificates that come with C(requests) are used, or the file in E(REQUESTS_CA_BUNDLE).
    type: path
  timeout:
    description:
      - Seconds that one request may take in all, from connecting to the last byte of its answer.
    type: float
    default: 30
  max_wait:
    description:
      - Total seconds that the task may wait for rate limits, retries and bulk tasks.
      - If that is not enough, the task fails, and the error includes the results so far.
      - A task whose requests alone take more than an hour fails in the same way.
    type: float
    default: 900
requirements:
  - python >= 3.10
  - requests >= 2.28
notes:
  - The controller's clock must be within five minutes of RingCentral's. If it is not, the task fails before it reads
    or sends anything.
"""
