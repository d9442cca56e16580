#compdef tbot
_tbot() {
  local so_far='' word names='' argument=''
  local -a commands options values shown
  for word in "${(@)words[2,CURRENT-1]}"; do
    word="${so_far:+$so_far }$word"
    case "$word" in
    ('start' | 'configure' | 'start identity' | 'configure identity' | 'start kubernetes' | 'configure kubernetes' | 'start kubernetes/v2' | 'configure kubernetes/v2' | 'start application' | 'configure application' | 'init' | 'migrate' | 'status' | 'version' | 'install systemd' | 'copy-binaries' | 'configure' | 'install' | 'start') so_far="$word" ;;
    esac
  done
  case "$so_far:${words[CURRENT-1]}" in
    (*:--log-format) values=(text json) ;;
    ('status:--format') values=(text json yaml) ;;
    ('version:--format') values=(text json yaml) ;;
  esac
  case "$so_far" in
    ('') commands=(
      'start:Join the cluster and keep the outputs of a configuration fresh'
      'configure:Print a configuration'
      'init:Prepare a directory that the bot of another user writes to'
      'migrate:Print a configuration of version v1 in version v2'
      'status:Show what the running bot does: what is due when, what failed, and what to do'
      'version:Show the version'
      'install'
      'copy-binaries:Copy tbot to a directory, for containers that lack it'
    ) ;;
    ('configure') commands=(
      'identity:Print a configuration with an identity'
      'kubernetes:Print a configuration with a Kubernetes cluster'
      'kubernetes/v2:Print a configuration with Kubernetes clusters'
      'application:Print a configuration with an application'
    ) ;;
    ('install') commands=(
      'systemd:Print or install a unit of systemd for a configuration'
    ) ;;
    ('start') commands=(
      'identity:Keep an identity for SSH and for tctl and tsh fresh'
      'kubernetes:Keep a kubeconfig for one Kubernetes cluster fresh'
      'kubernetes/v2:Keep a kubeconfig for Kubernetes clusters fresh'
      'application:Keep certificates for an application fresh'
    ) ;;
  esac
  case "$so_far" in
    ('') options=(--config --strict --log-format --insecure --debug --help) ;;
    ('start') options=(--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --data-dir --destination-dir --config --strict --log-format --insecure --debug --help) ;;
    ('configure') options=(--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --data-dir --destination-dir --output --config --strict --log-format --insecure --debug --help) ;;
    ('start identity') options=(--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --cluster --allow-reissue --config --strict --log-format --insecure --debug --help) ;;
    ('configure identity') options=(--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --cluster --allow-reissue --output --config --strict --log-format --insecure --debug --help) ;;
    ('start kubernetes') options=(--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --kubernetes-cluster --disable-exec-plugin --config --strict --log-format --insecure --debug --help) ;;
    ('configure kubernetes') options=(--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --kubernetes-cluster --disable-exec-plugin --output --config --strict --log-format --insecure --debug --help) ;;
    ('start kubernetes/v2') options=(--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --name-selector --label-selector --disable-exec-plugin --config --strict --log-format --insecure --debug --help) ;;
    ('configure kubernetes/v2') options=(--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --name-selector --label-selector --disable-exec-plugin --output --config --strict --log-format --insecure --debug --help) ;;
    ('start application') options=(--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --app --specific-tls-extensions --config --strict --log-format --insecure --debug --help) ;;
    ('configure application') options=(--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --app --specific-tls-extensions --output --config --strict --log-format --insecure --debug --help) ;;
    ('init') options=(--destination-dir --init-dir --owner --bot-user --reader-user --clean --config --strict --log-format --insecure --debug --help) ;;
    ('migrate') options=(--output --config --strict --log-format --insecure --debug --help) ;;
    ('status') options=(--storage --format --config --strict --log-format --insecure --debug --help) ;;
    ('version') options=(--format --config --strict --log-format --insecure --debug --help) ;;
    ('install systemd') options=(--name --user --group --systemd-directory --write --force --config --strict --log-format --insecure --debug --help) ;;
    ('copy-binaries') options=(--config --strict --log-format --insecure --debug --help) ;;
  esac
  case "$so_far" in
  *) ;;
  esac
  [[ -z $names && $PREFIX != -* ]] && names=$argument
  [[ -n $names ]] && values=(${(f)"$(tbot __names $names $PREFIX 2>/dev/null)"})
  if (( $#values )); then
    shown=("${(@)values/$'\t'/  -- }")
    values=("${(@)values%%$'\t'*}")
    compadd ${names:+-l} -d shown -- $values
  elif [[ $PREFIX == -* ]]; then
    compadd -- $options
  elif (( $#commands )); then
    _describe command commands
  else
    _default
  fi
}
if [[ $funcstack[1] == _tbot ]]; then _tbot "$@"; else compdef _tbot tbot; fi
