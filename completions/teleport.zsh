#compdef teleport
_teleport() {
  local so_far='' word names='' argument=''
  local -a commands options values shown
  for word in "${(@)words[2,CURRENT-1]}"; do
    word="${so_far:+$so_far }$word"
    case "$word" in
    ('start' | 'configure' | 'version') so_far="$word" ;;
    esac
  done
  case "$so_far:${words[CURRENT-1]}" in
    ('version:--format') values=(text json yaml) ;;
  esac
  case "$so_far" in
    ('') commands=(
      'start:Run the cluster, or a node of one elsewhere, until SIGTERM'
      'configure:Print a configuration to start from'
      'version:Show the version'
    ) ;;
  esac
  case "$so_far" in
    ('') options=(--debug --help) ;;
    ('start') options=(--config --data-dir --roles --token --proxy --auth-server --ca-pin --nodename --labels --pid-file --bootstrap --insecure --debug --help) ;;
    ('configure') options=(--cluster-name --public-addr --data-dir --output --debug --help) ;;
    ('version') options=(--raw --format --debug --help) ;;
  esac
  case "$so_far" in
  *) ;;
  esac
  [[ -z $names && $PREFIX != -* ]] && names=$argument
  [[ -n $names ]] && values=(${(f)"$(teleport __names $names $PREFIX 2>/dev/null)"})
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
if [[ $funcstack[1] == _teleport ]]; then _teleport "$@"; else compdef _teleport teleport; fi
