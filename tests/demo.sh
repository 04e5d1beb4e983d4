#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The whole story on this machine, against an emulated RingCentral. Fails if something that it says is not true.
# `make demo` runs it; by itself it needs tests/requirements.txt and ansible-playbook in the PATH.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=$PWD/build/demo
rm -rf "$folder"
mkdir -p "$folder"

heading() { if [[ -t 1 ]]; then printf '\n\033[1m%s\033[0m\n' "$1"; else printf '\n%s\n' "$1"; fi; }

# A play, with nothing of what Ansible says around it; all of that is in the folder.
play() {
  local name=$1
  shift
  ansible-playbook "$@" | sed "s/^/    /" | tee "$folder/$name.txt"
}

outbox() { python tests/demo/outbox.py "$RC_SERVER_URL" "$@"; }

# The account. Four logins in a minute are more than RingCentral allows, and the story should not wait.
PYTHONPATH=tests python -m emulator --users 40 --pending 12 --everyday --limit auth=50 --ready-file "$folder/ready.json" \
  >"$folder/emulator.log" 2>&1 &
emulator=$!
trap 'kill "$emulator" 2>/dev/null || true; wait "$emulator" 2>/dev/null || true' EXIT
for _ in $(seq 900); do  # a busy machine takes its time
  [[ -e $folder/ready.json ]] && break
  kill -0 "$emulator" 2>/dev/null || { cat "$folder/emulator.log" >&2; exit 1; }
  sleep 0.1
done
for name in RC_SERVER_URL RC_APP_CLIENT_ID RC_APP_CLIENT_SECRET RC_USER_JWT; do
  value=$(python -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$folder/ready.json" "$name")
  export "$name=$value"
done
unset RC_ACCESS_TOKEN

export ANSIBLE_CONFIG=$PWD/ansible.cfg ANSIBLE_HOME=$folder/ansible
ANSIBLE_COLLECTIONS_PATH=$(python tests/checkout.py)
export ANSIBLE_COLLECTIONS_PATH
export ANSIBLE_STDOUT_CALLBACK=onboard.ringcentral.brief ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false
export XDG_STATE_HOME=$folder/state  # a ledger of the demonstration's own
reinvite=(playbooks/reinvite.yml -e "{reinvite_report_dir: '$folder/reports'}")

heading '1. A RingCentral account of 40 extensions. Who has not activated?'
play pending tests/demo/pending.yml

heading '2. ansible-playbook playbooks/reinvite.yml --check   What would happen?'
play check "${reinvite[@]}" --check
outbox empty

heading '3. ansible-playbook playbooks/reinvite.yml   The real run'
play first "${reinvite[@]}"
outbox invited "$folder/reports/localhost.json"
cp -r "$folder/reports" "$folder/reports-of-the-first-run"

heading '4. The same once more: nobody is mailed twice'
play second "${reinvite[@]}"
grep -q 'changed=0 failed=0' "$folder/second.txt"
outbox invited "$folder/reports-of-the-first-run/localhost.json"

[[ -s $folder/reports-of-the-first-run/localhost.html ]]
outbox save "$folder/outbox.html"
heading 'Look for yourself'
cat <<END
    ${folder#"$PWD"/}/reports-of-the-first-run/localhost.html  the report, for a browser
    ${folder#"$PWD"/}/reports-of-the-first-run/localhost.csv   everybody, with the reason (and the same as .json)
    ${folder#"$PWD"/}/outbox.html                              the outbox, for a browser
END
