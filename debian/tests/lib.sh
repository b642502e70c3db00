# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
#
# Read by every test, which runs as root, alone on a machine that booted with the package installed.
# The real servers and the client are PyPI's, in a virtual environment of the machine's image.

set -eu
export DEBIAN_FRONTEND=noninteractive

stack=/etc/mcp-stack/stack.yaml
server_time=/opt/mcp-tests/bin/mcp-server-time

[ -d /run/systemd/system ] || {
    echo "skipped: systemd is not process 1 here"
    exit 77
}

fail() {
    echo "FAILED: $*"
    exit 1
}

# The PyPI client and server are no dependency of the package: a machine without them cannot run the test.
need_python_packages() {
    [ -x "$server_time" ] || {
        echo "skipped: there is no $server_time (python3 -m venv /opt/mcp-tests; pip install mcp mcp-server-time)"
        exit 77
    }
}

# eventually SECONDS COMMAND...: repeats the command until it succeeds.
eventually() {
    eventually_end=$(($(date +%s) + $1))
    shift
    until "$@" > /dev/null 2>&1; do
        [ "$(date +%s)" -lt "$eventually_end" ] || {
            "$@" || true
            fail "not true in time: $*"
        }
        sleep 0.1
    done
}

# exits STATUS COMMAND...: the command must end with that status; its output is left in $log.
log=$(mktemp)
exits() {
    exits_wanted=$1
    shift
    exits_status=0
    "$@" > "$log" 2>&1 || exits_status=$?
    [ "$exits_status" = "$exits_wanted" ] || {
        cat "$log"
        fail "exit status $exits_status instead of $exits_wanted: $*"
    }
}

contains() {
    grep -Eq -e "$2" "$1" || {
        cat "$1"
        fail "no line matches '$2'"
    }
}

equal() {
    [ "$1" = "$2" ] || fail "'$1' instead of '$2'${3:+: $3}"
}

property() {
    systemctl show --property "$2" --value "$1"
}

main_pid() {
    property "$1" MainPID
}

is_state() {
    [ "$(systemctl is-active "$1")" = "$2" ]
}

# server_is NAME STATE: what mcp-stack status says of it.
server_is() {
    mcp-stack status --format json | python3 -c '
import json, sys
[server] = [s for s in json.load(sys.stdin)["servers"] if s["name"] == sys.argv[1]]
sys.exit(server["state"] != sys.argv[2])' "$@"
}

# gone PID: no such process, not even a dead one.
gone() {
    ! [ -e "/proc/$1" ]
}

# daemon_changed PID: another daemon than that one is up.
daemon_changed() {
    daemon_now=$(main_pid mcp-stack.service)
    [ "$daemon_now" != 0 ] && [ "$daemon_now" != "$1" ] && is_state mcp-stack.service active
}

client() {
    timeout 60 /opt/mcp-tests/bin/python debian/tests/client.py "$@"
}

resolve() {
    for name; do
        grep -q " $name\$" /etc/hosts || echo "127.0.0.1 $name" >> /etc/hosts
    done
}

# write_stack [IDLE-TIMEOUT]: two servers, one of them from PyPI, by host name and by path.
write_stack() {
    mkdir -p /etc/mcp-stack
    cat > "$stack" <<END
version: 1
tunnel: { mode: local }
servers:
  status:
    builtin: status
    hostname: status.example.test
    access: public
  time:
    command: [$server_time, --local-timezone, UTC]
    idle-timeout: ${1:-10m}
    restart: { delay: 1s, max-delay: 2s }
    routes:
      - { hostname: time.example.test }
      - { hostname: mcp.example.test, path: "^/time(/.*)?\$", strip-prefix: true }
    access: public
END
    resolve status.example.test time.example.test mcp.example.test
}

time_url=http://time.example.test:8787/mcp
time_path_url=http://mcp.example.test:8787/time/mcp
status_url=http://status.example.test:8787/mcp

# start_stack [IDLE-TIMEOUT]: the stack of write_stack, applied, enabled and up.
start_stack() {
    need_python_packages
    write_stack "$@"
    mcp-stack apply --yes
    systemctl enable --quiet --now mcp-stack
    eventually 20 is_state mcp-stack.service active
    eventually 20 curl --silent --output /dev/null http://127.0.0.1:8787/
}

call_time() {
    client call "$time_url" get_current_time '{"timezone": "UTC"}'
}

# open_session: a client that keeps one MCP session; ask_session calls a tool in it and prints the answer.
open_session() {
    session=$(mktemp -d)
    mkfifo "$session/in"
    /opt/mcp-tests/bin/python debian/tests/client.py session "$time_url" get_current_time '{"timezone": "UTC"}' \
        < "$session/in" > "$session/out" 2> "$session/err" &
    session_pid=$!
    exec 3> "$session/in"
    session_calls=0
    ask_session
}

ask_session() {
    session_calls=$((session_calls + 1))
    echo >&3
    eventually 30 session_answered
    sed -n "${session_calls}p" "$session/out"
}

session_answered() {
    kill -0 "$session_pid" || {
        cat "$session/err"
        return 1
    }
    [ "$(wc -l < "$session/out")" -ge "$session_calls" ]
}

close_session() {
    exec 3>&-
    wait "$session_pid" || {
        cat "$session/err"
        fail "the client of the session failed"
    }
}
