#!/usr/bin/env bash
# mailmock in a shell script: a server on free ports, mail by curl, and `mailmock wait` to see what came.
#
# It needs curl, and the binary (`cargo install mailmock --features cli`) on the PATH, or MAILMOCK to say where it is.
set -euo pipefail

mailmock=${MAILMOCK:-mailmock}
command -v "$mailmock" >/dev/null || { echo "there is no $mailmock: see the first lines" >&2; exit 1; }

# It says where it listens, a line each, when it is ready.
exec 3< <(exec "$mailmock" --smtp :0 --inspector :0 -q)
server=$!
trap 'kill "$server"' EXIT
read -r _ smtp <&3
read -r _ inspector <&3
export MAILMOCK_INSPECTOR=$inspector # for `mailmock wait`

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# The application under test: welcomes a user.
sign_up() {
  printf 'From: app@example.org\r\nTo: %s\r\nSubject: Welcome\r\n\r\nYour code is 471147.\r\n' "$1" |
    curl --silent --url "$smtp" --mail-from app@example.org --mail-rcpt "$1" --upload-file -
}

# One request to the JSON API, with a body of JSON.
request() {
  curl --silent --fail-with-body --request "$1" --header 'Content-Type: application/json' --data "${3:-}" "$inspector/api/v1/$2"
}

echo "a user is welcomed"
sign_up ada@example.org &
"$mailmock" wait --sent-to ada@example.org --subject Welcome --text-contains 471147 --timeout 10
wait $!

echo "nobody else got a mail"
if report=$("$mailmock" wait --count 2 --timeout 0 2>&1); then fail "a second mail was there"; fi
[[ $report == *"expected at least 2 mails"* ]] || fail "the report says: $report"

echo "a greylisted mail gets through"
request POST rules '{"trigger": "rcpt", "frequency": {"first": 1}, "action": {"reply": "greylisted"}}' >/dev/null
sign_up bob@example.org && fail "the first attempt was not refused"
sign_up bob@example.org
"$mailmock" wait --sent-to bob@example.org

echo "an unknown user is refused for good"
request POST rules '{"trigger": {"rcpt_to": "gone@example.org"}, "action": {"reply": "550 5.1.1 No such user"}}' >/dev/null
sign_up gone@example.org && fail "the recipient was not refused"
request GET rejections | grep -q '550 5.1.1 No such user' || fail "the refusal was not recorded"

echo "all is well"
