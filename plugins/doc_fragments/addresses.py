# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which an address is judged."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  allowed_domains:
    description:
      - Hold every user whose address is not in one of these domains. Subdomains do not count unless written as a
        glob, such as V(*.example.com).
      - A domain in Unicode and its ASCII spelling are one, by IDNA 2008. What is not a domain is an error.
      - An empty list allows all domains.
      - The environment variable E(RC_ALLOWED_DOMAINS), separated by commas or blanks, holds as well. This option can
        only narrow it, and an empty list leaves it as it is.
    type: list
    elements: str
    default: []
  placeholder_patterns:
    description:
      - Globs of addresses that stand for nobody, such as V(parked-*@example.com). Users on such an address are held.
      - Held in any case are addresses that are none, C(noreply) and its like, and top-level domains that do not exist,
        such as C(.invalid) and C(.comx), unless O(allowed_domains) names the domain. A wildcard vouches for no
        top-level domain.
      - So are addresses that end in C(.ps.ringcentral.com), in an x behind the domain of other users, and those with
        letters of another script that only look alike.
    type: list
    elements: str
    default: []
  directory:
    description:
      - The company's own record of its people, from Active Directory, an HR system or the like.
      - With it, nobody is mailed who is missing or disabled there, or whose address differs from the one there.
      - An empty list is an error, since it would rather be a source that is out of order.
    type: list
    elements: dict
    suboptions:
      email:
        description: The person's address.
        type: str
      name:
        description: The person's name, as V(Ada Lovelace) or V(Lovelace, Ada). Accents and case do not matter.
        type: str
      extension_number:
        description: The extension number, or a telephone number that ends in it and has the same name or address.
        type: str
      employee_id:
        description: The employee id, as RingCentral keeps it. See O(employee_id_field).
        type: str
      enabled:
        description: Whether the person is still with the company.
        type: bool
        default: true
      aliases:
        description: Further addresses of the person, such as C(proxyAddresses).
        type: list
        elements: str
      logon_name:
        description:
          - The name that the person logs in with, such as C(userPrincipalName). It looks like an address and need not
            be a mailbox.
          - It finds a user, and vouches for their address only where the entry has no other. It is never proposed as
            a correction.
        type: str
      status:
        description: What the source says of a person who is not enabled, for messages.
        type: str
  directory_csv:
    description: A CSV export of the directory, in place of O(directory).
    type: dict
    suboptions:
      path:
        description: The file, with a header. Playbooks name it absolutely.
        type: path
        required: true
      columns:
        description: Names of columns, of which the first that exists counts. One that is named here must exist.
        type: dict
        suboptions:
          email:
            description: The address.
            type: list
            elements: str
          name:
            description: The name.
            type: list
            elements: str
          extension_number:
            description: The extension or telephone number.
            type: list
            elements: str
          employee_id:
            description: The employee id.
            type: list
            elements: str
          enabled:
            description: Whether the person is still with the company.
            type: list
            elements: str
          aliases:
            description: Further addresses.
            type: list
            elements: str
      delimiter:
        description: The character between two columns. A comma unless the file says otherwise.
        type: str
      encoding:
        description: The encoding, such as V(cp1252). UTF-16 with a byte order mark is known without it.
        type: str
        default: utf-8-sig
      enabled_values:
        description: The values of the column C(enabled) that mean enabled. Case is ignored. All others mean disabled.
        type: list
        elements: str
      alias_separator:
        description: The text between two aliases.
        type: str
        default: ";"
  directory_min_entries:
    description: With fewer people than this in the directory, fail and send no mail.
    type: int
    default: 1
  match_by:
    description:
      - How a user is found in the O(directory). The first of these that finds somebody decides.
      - If an extension number or employee id is another person's there, the user is held as V(ambiguous).
    type: list
    elements: str
    choices: [email, employee_id, extension_number, name]
    default: [email, extension_number, name]
  employee_id_field:
    description:
      - The name of a custom field of RingCentral that holds the employee id.
      - By default, and for users without a value there, it is the reference of the type C(CustomerDirectoryId).
    type: str
"""
