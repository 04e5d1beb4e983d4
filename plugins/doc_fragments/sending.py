# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that narrow the users to invite, and that control how they are invited."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  site:
    description: Only users of these sites, by name. Case is ignored.
    type: list
    elements: str
  department:
    description: Only users of these departments. Case is ignored.
    type: list
    elements: str
  min_age:
    description:
      - Leave out users who were created less than this time ago, such as V(3d). RingCentral mails new users itself.
      - Users without a creation time count as old enough. A user whose creation time cannot be read is held.
    type: str
  type:
    description: Only users of these types.
    type: list
    elements: str
    default: [user]
    choices: [user, digital_user, flexible_user, virtual_user, fax_user]
  exclude:
    description:
      - Never mail these users. Give e-mail addresses, ids, extension numbers, or globs of addresses and extension
        numbers. An id matches only in full. A domain in Unicode and its ASCII spelling are the same.
      - Text with several lines, or with semicolons, is read as several entries. An entry that can match no user is an
        error.
      - The entries in the environment variable E(RC_EXCLUDE), separated by commas or blanks, are excluded as well.
    type: list
    elements: str
    default: []
  correct_email:
    description:
      - Set the address that the directory has for a user before the invitation. By default such users are held and
        shown with that address.
      - An address is set only if the directory identifies the user beyond doubt, by employee id or by name together
        with extension number, and no other user in RingCentral has the address. All other users stay held. Different
        employee ids mean different people.
      - Each correction is one request. RingCentral allows 40 a minute. The module reads the whole account.
      - If the address is the login name, the user logs in with the new one.
    type: bool
    default: false
  window:
    description:
      - Send mail only in these hours. Outside of them no mail is sent, and RV(results) show when they begin.
      - The window is checked when the plan is made, and again before each request.
    type: dict
    suboptions:
      days:
        description: The days of the week.
        type: list
        elements: str
        choices: [mon, tue, wed, thu, fri, sat, sun]
        default: [mon, tue, wed, thu, fri]
      start:
        description: When the window opens, such as V(09:00). Quote it in YAML.
        type: str
        default: "09:00"
      end:
        description: When the window closes, such as V(17:00). Quote it in YAML.
        type: str
        default: "17:00"
      holidays:
        description: Days without mail, such as V(2026-12-25).
        type: list
        elements: str
        default: []
      timezone:
        description: The time zone of these hours and days, such as V(Europe/Paris).
        type: str
        default: UTC
      timezones:
        description: The time zones of sites that are in another one, by the name of the site.
        type: dict
        default: {}
  waves:
    description:
      - Invite in waves, one after the other. Each user is in the first wave that matches their site and department.
        A wave that names neither takes all remaining users, so it must be the last one.
      - Users who are in no wave are reported and not mailed. No wave follows one that failed.
      - O(limit) and O(max_invites) apply to all waves together, O(canary) and O(max_failures) to each wave.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name of the wave, shown in the results.
        type: str
      site:
        description: Users of these sites.
        type: list
        elements: str
      department:
        description: Users of these departments.
        type: list
        elements: str
  wave_pause:
    description:
      - Seconds between two waves. They do not count towards O(max_wait).
      - After each pause the users are read again. Users who have changed in the meantime are not mailed.
    type: float
    default: 0
  limit:
    description:
      - Mail at most this many users, oldest first. There is no limit unless set. V(0) is refused.
    type: int
  max_invites:
    description:
      - A guard. If more users would be mailed, fail and send no mail. There is no guard unless set. V(0) is refused,
        since a survey's 0 may mean that no user should be mailed.
    type: int
  canary:
    description: Send this many first, and continue only if RingCentral accepted all of them. V(0) means no canary.
    type: int
    default: 0
  max_failures:
    description:
      - Send no further request once more than this many users failed or are in doubt. The task then fails.
      - A request invites up to 500 users with O(transport=bulk), and one user with O(transport=single). Users that
        RingCentral refused last time come last in the next run.
    type: int
    default: 0
  force:
    description:
      - Ignore how long ago and how often users were invited, and invitations that are in doubt.
      - Does not ignore status, type, address, O(allowed_domains), O(directory) or O(exclude).
    type: bool
    default: false
  transport:
    description:
      - V(bulk) sends up to 500 invitations in one request, V(single) one in each request.
      - V(auto) uses V(bulk) for more than one user, and V(single) if the account may not use bulk requests.
      - V(portal) sends no mail. It hands the users over to a person, who invites them in RingCentral's admin portal.
        The result lists them in RV(hand_overs). They count as invited once C(confirm) of
        M(onboard.ringcentral.rc_send_invite) says so. Until then they are not handed over again.
      - With V(portal), the first batch has O(canary) users, no wave waits for O(wave_pause), and O(window) says when
        users are handed over.
    type: str
    choices: [auto, bulk, single, portal]
    default: auto
  hand_over_batch_size:
    description: The most users in a batch of a hand-over, with O(transport=portal). V(0) is refused.
    type: int
    default: 50
  hand_over_max_age:
    description:
      - How long a hand-over can be confirmed.
      - If it was not confirmed by then, its users may have been mailed until then. They are held for the time that a
        link is valid, with the id of the hand-over, and after that decided about anew.
    type: str
    default: 24h
  transition:
    description:
      - The two flags that ask RingCentral to mail the user. RingCentral swapped their documented meanings in December
        2020, so both are sent by default.
    type: dict
    suboptions:
      send_welcome_emails_to_users:
        description: Send C(sendWelcomeEmailsToUsers).
        type: bool
        default: true
      send_welcome_email:
        description: Send C(sendWelcomeEmail).
        type: bool
        default: true
"""
