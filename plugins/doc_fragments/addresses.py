# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that decide whether an address may be mailed."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  allowed_domains:
    description:
      - Hold every user whose address is not in one of these domains. Subdomains do not count unless written as a
        glob, such as V(*.example.com).
      - A domain in Unicode and its ASCII spelling are the same (IDNA 2008). An entry that is not a domain is an error.
      - An empty list allows all domains.
      - The domains in the environment variable E(RC_ALLOWED_DOMAINS), separated by commas or blanks, apply as well.
        This option can only narrow them. An empty list leaves them unchanged.
    type: list
    elements: str
    default: []
  placeholder_patterns:
    description:
      - Globs of placeholder addresses, such as V(parked-*@example.com). Users with such an address are held.
      - Some addresses are always held. They are text that is not an address, C(noreply) and the like, and top-level
        domains that do not exist, such as C(.invalid) and C(.comx), unless O(allowed_domains) names the domain. A
        wildcard there does not allow a top-level domain.
      - Addresses that end in C(.ps.ringcentral.com) or in the domain of other users followed by an x are always held
        too, and so are addresses with look-alike letters of another script.
    type: list
    elements: str
    default: []
  directory:
    description:
      - The company's own record of its people, from Active Directory, an HR system or the like.
      - With it, a user is held who is missing or disabled there, or whose address differs from the one there.
      - An empty list is an error, since it usually means that the source is broken.
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
          - It finds a user, and confirms their address only if the entry has no other address. It is never suggested
            as a correction.
        type: str
      status:
        description: What the source says about a person who is not enabled. It is shown in messages.
        type: str
      dn:
        description: The distinguished name of the person, by which others can name them as their manager.
        type: str
      manager:
        description: The person's manager, by address, distinguished name, logon name, employee id or name.
        type: str
  directory_csv:
    description: A CSV export of the directory, in place of O(directory).
    type: dict
    suboptions:
      path:
        description: The file, with a header. Give an absolute path in playbooks.
        type: path
        required: true
      columns:
        description: The names of columns. The first that exists is used, and one of those named here must exist.
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
          manager:
            description: The manager, by address, distinguished name, logon name, employee id or name.
            type: list
            elements: str
      delimiter:
        description: The character between two columns. The default is detected from the file, or else a comma.
        type: str
      encoding:
        description: The encoding, such as V(cp1252). UTF-16 with a byte order mark is detected.
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
      - How a user is found in the O(directory). The first of these that finds an entry decides.
      - If an extension number or employee id belongs to another person there, the user is held as V(ambiguous).
    type: list
    elements: str
    choices: [email, employee_id, extension_number, name]
    default: [email, extension_number, name]
  employee_id_field:
    description:
      - The name of a custom field of RingCentral that holds the employee id.
      - By default, and for users without a value in it, the employee id is the reference of the type
        C(CustomerDirectoryId).
    type: str
"""
