# bash completion for tbot
_tbot_complete() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}"
  local command='' words='' names='' word i whole="${COMP_LINE:0:COMP_POINT}"
  whole="${whole##*[[:space:]]}"
  [[ $whole == --*=* ]] && whole="${whole#*=}"
  if [[ $current == [=@:] ]]; then
    current=''
  elif [[ $previous == = ]]; then
    previous="${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${command:+$command }${COMP_WORDS[i]}"
    case "$word" in
    'start' | 'configure' | 'start identity' | 'configure identity' | 'start kubernetes' | 'configure kubernetes' | 'start kubernetes/v2' | 'configure kubernetes/v2' | 'start application' | 'configure application' | 'init' | 'migrate' | 'status' | 'version' | 'install systemd' | 'copy-binaries' | 'configure' | 'install' | 'start') command="$word" ;;
    esac
  done
  case "$command:$previous" in
  *:--log-format) words='text json' ;;
  'status:--format') words='text json yaml' ;;
  'version:--format') words='text json yaml' ;;
  *)
    case "$command" in
    '') words='start configure init migrate status version install copy-binaries' ;;
    'configure') words='identity kubernetes kubernetes/v2 application' ;;
    'install') words='systemd' ;;
    'start') words='identity kubernetes kubernetes/v2 application' ;;
    esac
    if [[ $current == -* || -z $words$names ]]; then
      names=''
      case "$command" in
      '') words='--config --strict --log-format --insecure --debug --help' ;;
      'start') words='--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --data-dir --destination-dir --config --strict --log-format --insecure --debug --help' ;;
      'configure') words='--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --data-dir --destination-dir --output --config --strict --log-format --insecure --debug --help' ;;
      'start identity') words='--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --cluster --allow-reissue --config --strict --log-format --insecure --debug --help' ;;
      'configure identity') words='--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --cluster --allow-reissue --output --config --strict --log-format --insecure --debug --help' ;;
      'start kubernetes') words='--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --kubernetes-cluster --disable-exec-plugin --config --strict --log-format --insecure --debug --help' ;;
      'configure kubernetes') words='--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --kubernetes-cluster --disable-exec-plugin --output --config --strict --log-format --insecure --debug --help' ;;
      'start kubernetes/v2') words='--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --name-selector --label-selector --disable-exec-plugin --config --strict --log-format --insecure --debug --help' ;;
      'configure kubernetes/v2') words='--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --name-selector --label-selector --disable-exec-plugin --output --config --strict --log-format --insecure --debug --help' ;;
      'start application') words='--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --app --specific-tls-extensions --config --strict --log-format --insecure --debug --help' ;;
      'configure application') words='--auth-server --proxy-server --token --ca-pin --certificate-ttl --renewal-interval --join-method --oneshot --diag-addr --storage --join-uri --destination --reader-user --reader-group --app --specific-tls-extensions --output --config --strict --log-format --insecure --debug --help' ;;
      'init') words='--destination-dir --init-dir --owner --bot-user --reader-user --clean --config --strict --log-format --insecure --debug --help' ;;
      'migrate') words='--output --config --strict --log-format --insecure --debug --help' ;;
      'status') words='--storage --format --config --strict --log-format --insecure --debug --help' ;;
      'version') words='--format --config --strict --log-format --insecure --debug --help' ;;
      'install systemd') words='--name --user --group --systemd-directory --write --force --config --strict --log-format --insecure --debug --help' ;;
      'copy-binaries') words='--config --strict --log-format --insecure --debug --help' ;;
      esac
    fi
    ;;
  esac
  if [[ $names ]]; then
    mapfile -t COMPREPLY < <(tbot __names "$names" "$whole" 2>/dev/null)
    COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
    whole="${whole%"$current"}"
    COMPREPLY=("${COMPREPLY[@]#"${whole%@}"}")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}
complete -o default -F _tbot_complete tbot
