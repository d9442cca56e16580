#compdef tctl
_tctl() {
  local so_far='' word names='' argument=''
  local -a commands options values
  for word in "${(@)words[2,CURRENT-1]}"; do
    word="${so_far:+$so_far }$word"
    case "$word" in
    ('status' | 'get' | 'create' | 'rm' | 'version' | 'users add' | 'users ls' | 'users rm' | 'users') so_far="$word" ;;
    esac
  done
  case "$so_far:${words[CURRENT-1]}" in
    ('status:--format') values=(text json yaml) ;;
    ('get:--format') values=(yaml json text) ;;
    ('version:--format') values=(text json yaml) ;;
    ('users add:--format') values=(text json yaml) ;;
    ('users ls:--format') values=(text json yaml) ;;
  esac
  case "$so_far" in
    ('') commands=(
      'status:Show the cluster and its certificate authorities'
      'get:Show resources of the cluster'
      'create:Write resources from YAML or JSON'
      'rm:Remove a resource'
      'version:Show the version'
      'users'
    ) ;;
    ('users') commands=(
      'add:Create a user and a link by which it sets its password'
      'ls:List users'
      'rm:Remove users'
    ) ;;
  esac
  case "$so_far" in
    ('') options=(--config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('status') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('get') options=(--with-secrets --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('create') options=(--force --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('rm') options=(--config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('version') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('users add') options=(--roles --ttl --logins --windows-logins --kubernetes-users --kubernetes-groups --db-users --db-names --db-roles --aws-role-arns --azure-identities --gcp-service-accounts --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('users ls') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('users rm') options=(--config --data-dir --auth-server --identity --insecure --debug --help) ;;
  esac
  case "$so_far" in
    ('get') argument=resource ;;
    ('rm') argument=resource ;;
  *) ;;
  esac
  [[ -z $names && $PREFIX != -* ]] && names=$argument
  [[ -n $names ]] && values=(${(f)"$(tctl __names $names $PREFIX 2>/dev/null)"})
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
if [[ $funcstack[1] == _tctl ]]; then _tctl "$@"; else compdef _tctl tctl; fi
