# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which an address is judged."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  allowed_domains:
    description:
      - Hold everybody whose address is not below one of these domains. Subdomains do not count unless written as a
        glob, such as V(*.example.com).
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
        such as C(.invalid) and C(.comx), unless O(allowed_domains) names the domain.
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
        description: The person's name. Accents, case, and the order of first and last name do not matter.
        type: str
      extension_number:
        description: The extension number, or a telephone number that ends in it.
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
