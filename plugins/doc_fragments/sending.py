# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which users are narrowed, and how carefully they are invited."""

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
      - Users without a creation time count as old enough. One that cannot be read holds the user.
    type: str
  type:
    description: Only users of these types.
    type: list
    elements: str
    default: [user]
    choices: [user, digital_user, flexible_user, virtual_user, fax_user]
  exclude:
    description:
      - Never mail these, which are e-mail addresses, ids, extension numbers, or globs of addresses and extension
        numbers. An id counts only in full. Both spellings of a domain in Unicode are one.
      - Several lines, or entries between semicolons, are several entries. One that can match no user is an error.
      - Those in the environment variable E(RC_EXCLUDE), separated by commas or blanks, are excluded as well.
    type: list
    elements: str
    default: []
  correct_email:
    description:
      - Give users the address that the directory has for them before they are invited. By default they are held, and
        shown with that address.
      - Done only where the directory surely means this person, by employee id, or by name together with extension
        number, and where no other user in RingCentral has the address. All others are held as without it. Two employee
        ids that differ are two people.
      - Each correction is one request, of which RingCentral allows 40 a minute. The whole account is read.
      - Where the address is the login name, the user logs in with the new one.
    type: bool
    default: false
  window:
    description:
      - Send mail only in these hours. Outside of them no mail is sent, and RV(results) say when they begin.
      - They are checked when the plan is made, and again before each request.
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
        description: When it closes, such as V(17:00). Quote it in YAML.
        type: str
        default: "17:00"
      holidays:
        description: Days without mail, such as V(2026-12-25).
        type: list
        elements: str
        default: []
      timezone:
        description: The time zone of all this, such as V(Europe/Paris).
        type: str
        default: UTC
      timezones:
        description: The time zones of sites that have another one, by the name of the site.
        type: dict
        default: {}
  waves:
    description:
      - Invite in waves, one after the other. Each user is in the first wave that takes their site and department.
        A wave that names neither takes all users who are left, so it has to be the last one.
      - Users who are in no wave are reported and not mailed. No wave follows one that failed.
      - O(limit) and O(max_invites) hold for all waves together, O(canary) and O(max_failures) for each.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name of the wave, for people.
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
      - After each pause the users are read again. Those who have changed meanwhile are not mailed.
    type: float
    default: 0
  limit:
    description:
      - Mail at most this many users, those who were created first. There is no limit unless set. V(0) is refused.
    type: int
  max_invites:
    description:
      - A guard. If more users would be mailed, fail and send no mail. There is no guard unless set. V(0) is refused,
        since a survey's 0 may mean that no user should be mailed.
    type: int
  canary:
    description: Send this many first, and go on only if RingCentral accepted all of them. V(0) means no canary.
    type: int
    default: 0
  max_failures:
    description:
      - Send no further request once more than this many users failed or are uncertain. With more the task fails.
      - A request is for up to 500 users with O(transport=bulk), and for one user with O(transport=single). Users that
        RingCentral refused the last time come last in the next run.
    type: int
    default: 0
  force:
    description:
      - Ignore how long ago users were invited, how often, and invitations whose outcome is uncertain.
      - Does not ignore status, type, address, O(allowed_domains), O(directory) or O(exclude).
    type: bool
    default: false
  transport:
    description:
      - V(bulk) sends up to 500 invitations in one request, V(single) one in each.
      - V(auto) uses V(bulk) for more than one user, and V(single) where the account may not use bulk.
    type: str
    choices: [auto, bulk, single]
    default: auto
  transition:
    description:
      - The two flags by which RingCentral is asked to mail. RingCentral swapped their documented meanings in December
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
