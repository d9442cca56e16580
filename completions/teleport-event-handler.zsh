#compdef teleport-event-handler
_teleport-event-handler() {
  local so_far='' word names='' argument=''
  local -a commands options values shown
  for word in "${(@)words[2,CURRENT-1]}"; do
    word="${so_far:+$so_far }$word"
    case "$word" in
    ('configure' | 'start' | 'status' | 'verify' | 'version') so_far="$word" ;;
    esac
  done
  case "$so_far:${words[CURRENT-1]}" in
    ('configure:--output') values=(fluentd) ;;
    ('configure:--length') values=(1024 2048 4096) ;;
    ('configure:--format') values=(text json yaml) ;;
    ('status:--format') values=(text json yaml) ;;
    ('verify:--format') values=(text json yaml) ;;
    ('version:--format') values=(text json yaml) ;;
  esac
  case "$so_far" in
    ('') commands=(
      'configure:Write certificates, configurations and a role to begin with'
      'start:Send the audit log of a cluster to Fluentd'
      'status:Show how far the running handler is, what failed, and what to do'
      'verify:Check that no exported event is missing, changed or reordered'
      'version:Show the version'
    ) ;;
  esac
  case "$so_far" in
    ('') options=(--config --strict --debug --help) ;;
    ('configure') options=(--output --ttl --dns-names --ip --cn --length --overwrite --format --config --strict --debug --help) ;;
    ('start') options=(--fluentd-url --fluentd-session-url --format --chain --fluentd-cert --fluentd-key --fluentd-ca --fluentd-max-connections --teleport-addr --teleport-identity --teleport-refresh-enabled --teleport-refresh-interval --teleport-ca --teleport-cert --teleport-key --storage --batch --types --skip-event-types --skip-session-types --start-time --timeout --window-size --concurrency --dry-run --exit-on-last-event --diag-addr --pid-file --lock-enabled --lock-failed-attempts-count --lock-period --lock-for --config --strict --debug --help) ;;
    ('status') options=(--storage --teleport-addr --format --config --strict --debug --help) ;;
    ('verify') options=(--trust-key --first --last --format --config --strict --debug --help) ;;
    ('version') options=(--format --config --strict --debug --help) ;;
  esac
  case "$so_far" in
  *) ;;
  esac
  [[ -z $names && $PREFIX != -* ]] && names=$argument
  [[ -n $names ]] && values=(${(f)"$(teleport-event-handler __names $names $PREFIX 2>/dev/null)"})
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
if [[ $funcstack[1] == _teleport-event-handler ]]; then _teleport-event-handler "$@"; else compdef _teleport-event-handler teleport-event-handler; fi
