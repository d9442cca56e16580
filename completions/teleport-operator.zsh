#compdef teleport-operator
_teleport-operator() {
  local so_far='' word names='' argument=''
  local -a commands options values shown
  for word in "${(@)words[2,CURRENT-1]}"; do
    word="${so_far:+$so_far }$word"
    case "$word" in
    ('start' | 'crds' | 'plan' | 'version') so_far="$word" ;;
    esac
  done
  case "$so_far:${words[CURRENT-1]}" in
    ('crds:--format') values=(text json yaml) ;;
    ('plan:--format') values=(text json yaml) ;;
    ('version:--format') values=(text json yaml) ;;
  esac
  case "$so_far" in
    ('') commands=(
      'start:Run the operator; also what the program does without a command'
      'crds:Write the CustomResourceDefinitions that `kubectl apply --server-side -f -` takes'
      'plan:Show what the operator would create, change, delete and refuse, without doing it'
      'version:Show the version'
    ) ;;
  esac
  case "$so_far" in
    ('') options=(--help) ;;
    ('start') options=(--auth-server --join-method --token --ca-pin --insecure --certificate-ttl --renewal-interval --namespace --kubeconfig --metrics-bind-address --health-probe-bind-address --pprof-bind-address --leader-elect --leader-election-id --sync-period --log-level --workers --paused --help) ;;
    ('crds') options=(--format --help) ;;
    ('plan') options=(--identity --auth-server --insecure --exit-code --format --help) ;;
    ('version') options=(--format --help) ;;
  esac
  case "$so_far" in
  *) ;;
  esac
  [[ -z $names && $PREFIX != -* ]] && names=$argument
  [[ -n $names ]] && values=(${(f)"$(teleport-operator __names $names $PREFIX 2>/dev/null)"})
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
if [[ $funcstack[1] == _teleport-operator ]]; then _teleport-operator "$@"; else compdef _teleport-operator teleport-operator; fi
