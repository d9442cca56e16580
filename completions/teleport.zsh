#compdef teleport
_teleport() {
  local so_far='' word names='' argument=''
  local -a commands options values shown
  for word in "${(@)words[2,CURRENT-1]}"; do
    word="${so_far:+$so_far }$word"
    case "$word" in
    ('start' | 'configure' | 'node configure' | 'status' | 'version' | 'node') so_far="$word" ;;
    esac
  done
  case "$so_far:${words[CURRENT-1]}" in
    ('configure:--version') values=(v1 v2 v3) ;;
    ('node configure:--version') values=(v1 v2 v3) ;;
    ('status:--format') values=(text json yaml) ;;
    ('version:--format') values=(text json yaml) ;;
  esac
  case "$so_far" in
    ('') commands=(
      'start:Run the cluster, or a node of a cluster on another host, until SIGTERM'
      'configure:Print a configuration to start from, or test one'
      'node'
      'status:Show the session of a node in which the command runs'
      'version:Show the version'
    ) ;;
    ('node') commands=(
      'configure:Print a configuration for a node of a cluster on another host'
    ) ;;
  esac
  case "$so_far" in
    ('') options=(--debug --help) ;;
    ('start') options=(--config --data-dir --roles --token --proxy --auth-server --ca-pin --nodename --labels --pid-file --bootstrap --apply-on-startup --insecure --debug --help) ;;
    ('configure') options=(--public-addr --roles --cert-file --key-file --node-labels --test --acme --acme-email --app-name --app-uri --mcp-demo-server --cluster-name --data-dir --token --join-method --proxy --auth-server --node-name --version --output --debug --help) ;;
    ('node configure') options=(--public-addr --labels --ca-pin --silent --azure-client-id --cluster-name --data-dir --token --join-method --proxy --auth-server --node-name --version --output --debug --help) ;;
    ('status') options=(--format --debug --help) ;;
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
