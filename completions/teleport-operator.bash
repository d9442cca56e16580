# bash completion for teleport-operator
_teleport-operator_complete() {
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
    'start' | 'crds' | 'plan' | 'version') command="$word" ;;
    esac
  done
  case "$command:$previous" in
  'crds:--format') words='text json yaml' ;;
  'plan:--format') words='text json yaml' ;;
  'version:--format') words='text json yaml' ;;
  *)
    case "$command" in
    '') words='start crds plan version' ;;
    esac
    if [[ $current == -* || -z $words$names ]]; then
      names=''
      case "$command" in
      '') words='--help' ;;
      'start') words='--auth-server --join-method --token --ca-pin --insecure --certificate-ttl --renewal-interval --namespace --kubeconfig --metrics-bind-address --health-probe-bind-address --pprof-bind-address --leader-elect --leader-election-id --sync-period --log-level --workers --paused --help' ;;
      'crds') words='--format --help' ;;
      'plan') words='--identity --auth-server --insecure --exit-code --format --help' ;;
      'version') words='--format --help' ;;
      esac
    fi
    ;;
  esac
  if [[ $names ]]; then
    mapfile -t COMPREPLY < <(teleport-operator __names "$names" "$whole" 2>/dev/null)
    COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
    whole="${whole%"$current"}"
    COMPREPLY=("${COMPREPLY[@]#"${whole%@}"}")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}
complete -o default -F _teleport-operator_complete teleport-operator
