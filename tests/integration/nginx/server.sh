# For nginx.sh: an nginx in $scratch with both modules, on free ports. ". tests/integration/nginx/server.sh".

modules=$build/nginx
system_modules=/usr/lib/nginx/modules
PATH=$PATH:/usr/sbin
children=
nginx_pid=

finish()
{
    # shellcheck disable=SC2086  # lists
    [ -n "$children$nginx_pid" ] && kill $children $nginx_pid 2>/dev/null
    wait
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 1' INT TERM

not() { ! "$@"; }

# Waits up to 5 s until a command succeeds.
soon()
{
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.2
    done
    "$@"
}

forget_child() { children=$(echo " $children " | sed "s/ $1 / /"); }

stop_child()
{
    kill "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    forget_child "$1"
}

# Starts tcp_peer with a mode that listens: peer_pid, peer_port.
start_peer()
{
    rm -f peer.port
    mode=$1
    shift
    ./tcp_peer "$mode" peer.port "$@" &
    peer_pid=$!
    children="$children $peer_pid"
    soon test -s peer.port
    peer_port=$(cat peer.port)
}

wait_for_peer()
{
    wait "$peer_pid"
    forget_child "$peer_pid"
}

# One port that nobody listens at.
free_port()
{
    start_peer http /dev/null 0
    stop_child "$peer_pid"
}

# Where nginx would write to /var.
temp_paths="client_body_temp_path $scratch/temp/body; proxy_temp_path $scratch/temp/proxy; \
fastcgi_temp_path $scratch/temp/fastcgi; uwsgi_temp_path $scratch/temp/uwsgi; scgi_temp_path $scratch/temp/scgi;"

# Writes nginx.conf: what stands before the blocks, stream {} (file stream.conf) and http {} (file http.conf).
write_conf()
{
    cat >nginx.conf <<CONF
load_module $system_modules/ngx_stream_module.so;
load_module $system_modules/ngx_rtmp_module.so;
load_module $modules/ngx_stream_mpe_module.so;
load_module $modules/ngx_http_mpe_module.so;
$([ "$(id -u)" = 0 ] && echo 'user root;')
worker_processes ${workers:-2};
pid $scratch/pid;
error_log $scratch/error.log info;
events {}
rtmp { server { listen 127.0.0.1:$rtmp_port; application live {
    live on; record all; record_path $scratch/recordings; record_unique off; } } }
stream {
    log_format mpe '\$server_port \$status \$mpe_state \$mpe_code "\$mpe_evidence"';
    access_log $scratch/stream.log mpe;
$(cat stream.conf)
}
http {
    log_format mpe '\$status \$mpe_state \$mpe_code "\$mpe_evidence"';
    access_log off;
    client_max_body_size 0;
    $temp_paths
$(cat http.conf)
}
CONF
}

nginx_here() { nginx -p "$scratch" -c "$scratch/nginx.conf" -e "$scratch/error.log" "$@"; }

start_nginx()
{
    write_conf
    nginx -p "$scratch" -c "$scratch/nginx.conf" -e "$scratch/error.log" -g 'daemon off;' 2>stderr &
    nginx_pid=$!
    soon ./tcp_peer count "$rtmp_port" 1 || cat stderr
}

workers_of() { pgrep -P "$nginx_pid"; }

stop_nginx()
{
    kill -TERM "$nginx_pid"
    wait "$nginx_pid"
    status=$?
    nginx_pid=
    return $status
}
