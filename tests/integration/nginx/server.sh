# For nginx*.sh: an nginx in $scratch with both modules, on free ports. After tests/servers.sh.

modules=$build/nginx
system_modules=/usr/lib/nginx/modules
nginx_pid=

# Ends where the modules were not built, or one of these packages is missing.
need_packages()
{
    for file in "$modules/ngx_stream_mpe_module.so" "$modules/ngx_http_mpe_module.so"; do
        [ -e "$file" ] || { echo "there is no $file: make nginx builds it"; echo '0 passed, 1 failed'; exit 1; }
        # What nginx itself does not have must be in the module: examples/nginx/config has its sources.
        if ldd -r "$file" 2>&1 | grep 'undefined symbol: ' | grep -v 'symbol: ngx_'; then
            echo '0 passed, 1 failed'
            exit 1
        fi
    done
    for package in "$@"; do
        case $package in
        libnginx-mod-*) ls "$system_modules/ngx_${package#libnginx-mod-}_module.so" ;;
        *) command -v "$package" ;;
        esac >/dev/null 2>&1 || { echo "$package is missing: apt-get install $package"; echo '0 passed, 1 failed'; exit 1; }
    done
}

# Goes there, with the folders that nginx writes to and the other ends of its connections.
enter_scratch()
{
    chmod 711 "$scratch"
    cd "$scratch" || exit 2
    mkdir -m 777 recordings store temp
    check 'tcp_peer.c compiles' build_peer
    check 'encoders.c compiles' ${CC:-cc} -std=c11 -D_GNU_SOURCE -O2 -I"$top/tests" -o encoders \
        "$top/tests/integration/nginx/encoders.c" "$top/tests/unit/stream_out.c"
}

wait_for_peer()
{
    wait "$peer_pid"
    forget_child "$peer_pid"
}

# Where nginx would write to /var.
temp_paths="client_body_temp_path $scratch/temp/body; proxy_temp_path $scratch/temp/proxy; \
fastcgi_temp_path $scratch/temp/fastcgi; uwsgi_temp_path $scratch/temp/uwsgi; scgi_temp_path $scratch/temp/scgi;"

# "no": the upstream RTMP server is another program.
has_rtmp=yes

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
events { worker_connections 2048; }
$([ "$has_rtmp" = yes ] && echo "rtmp { server { listen 127.0.0.1:$rtmp_port; application live {
    live on; record all; record_path $scratch/recordings; record_unique off; } } }")
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
    add_child $nginx_pid
    soon ./tcp_peer count "$rtmp_port" 1 || cat stderr
}

workers_of() { pgrep -P "$nginx_pid"; }

# Reloads, and waits until the new workers have taken over; those with connections stay.
reload()
{
    before=$(workers_of)
    write_conf
    nginx_here -s reload || return 1
    soon new_workers "$before" && sleep 0.3
}
new_workers()
{
    count=0
    for pid in $(workers_of); do
        case " $(echo "$1" | tr '\n' ' ') " in *" $pid "*) ;; *) count=$((count + 1)) ;; esac
    done
    [ $count -eq ${workers:-2} ]
}

stop_nginx()
{
    kill -TERM "$nginx_pid"
    wait "$nginx_pid"
    status=$?
    forget_child "$nginx_pid"
    nginx_pid=
    return $status
}

# $1 a part of the sentence, $2 stream or http, $3 what stands in it.
refuses()
{
    : >stream.conf
    : >http.conf
    printf '%s\n' "$3" >"$2.conf"
    write_conf
    not nginx_here -t 2>err || return 1
    cat err
    grep -q -e "$1" err
}

# The same in both worlds: $2 stands before a server, $3 in it.
wrong()
{
    check "stream: $2 $3" refuses "$1" stream "$2 server { listen 127.0.0.1:$old_port; return 1; $3 }"
    check "http: $2 $3" refuses "$1" http "$2 server { listen 127.0.0.1:$old_port; $3 }"
}
