# bash completion for teleport-event-handler
_teleport-event-handler_complete() {
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
    'configure' | 'start' | 'status' | 'verify' | 'version') command="$word" ;;
    esac
  done
  case "$command:$previous" in
  'configure:--output') words='fluentd' ;;
  'configure:--length') words='1024 2048 4096' ;;
  'configure:--format') words='text json yaml' ;;
  'status:--format') words='text json yaml' ;;
  'verify:--format') words='text json yaml' ;;
  'version:--format') words='text json yaml' ;;
  *)
    case "$command" in
    '') words='configure start status verify version' ;;
    esac
    if [[ $current == -* || -z $words$names ]]; then
      names=''
      case "$command" in
      '') words='--config --strict --debug --help' ;;
      'configure') words='--output --ttl --dns-names --ip --cn --length --overwrite --format --config --strict --debug --help' ;;
      'start') words='--fluentd-url --fluentd-session-url --format --chain --fluentd-cert --fluentd-key --fluentd-ca --fluentd-max-connections --teleport-addr --teleport-identity --teleport-refresh-enabled --teleport-refresh-interval --teleport-ca --teleport-cert --teleport-key --storage --batch --types --skip-event-types --skip-session-types --start-time --timeout --window-size --concurrency --dry-run --exit-on-last-event --diag-addr --pid-file --lock-enabled --lock-failed-attempts-count --lock-period --lock-for --config --strict --debug --help' ;;
      'status') words='--storage --teleport-addr --format --config --strict --debug --help' ;;
      'verify') words='--trust-key --first --last --format --config --strict --debug --help' ;;
      'version') words='--format --config --strict --debug --help' ;;
      esac
    fi
    ;;
  esac
  if [[ $names ]]; then
    mapfile -t COMPREPLY < <(teleport-event-handler __names "$names" "$whole" 2>/dev/null)
    COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
    whole="${whole%"$current"}"
    COMPREPLY=("${COMPREPLY[@]#"${whole%@}"}")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}
complete -o default -F _teleport-event-handler_complete teleport-event-handler
