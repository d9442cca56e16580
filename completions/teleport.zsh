#compdef teleport
_teleport() {
  local so_far='' word
  local -a commands options values
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
      'start:Run the cluster until SIGTERM'
      'configure:Print a configuration to start from'
      'version:Show the version'
    ) ;;
  esac
  case "$so_far" in
    ('') options=(--debug --help) ;;
    ('start') options=(--config --data-dir --debug --help) ;;
    ('configure') options=(--cluster-name --public-addr --data-dir --output --debug --help) ;;
    ('version') options=(--format --debug --help) ;;
  esac
  if (( $#values )); then
    compadd -- $values
  elif [[ $PREFIX == -* ]]; then
    compadd -- $options
  elif (( $#commands )); then
    _describe command commands
  else
    _default
  fi
}
if [[ $funcstack[1] == _teleport ]]; then _teleport "$@"; else compdef _teleport teleport; fi
