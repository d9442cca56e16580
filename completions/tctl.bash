# bash completion for tctl
_tctl_complete() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}"
  local command='' words='' names='' word i
  if [[ $current == = ]]; then
    current=''
  elif [[ $previous == = ]]; then
    previous="${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${command:+$command }${COMP_WORDS[i]}"
    case "$word" in
    'status' | 'get' | 'create' | 'rm' | 'version' | 'users add' | 'users ls' | 'users rm' | 'users') command="$word" ;;
    esac
  done
  case "$command:$previous" in
  'status:--format') words='text json yaml' ;;
  'get:--format') words='yaml json text' ;;
  'version:--format') words='text json yaml' ;;
  'users add:--format') words='text json yaml' ;;
  'users ls:--format') words='text json yaml' ;;
  *)
    case "$command" in
    '') words='status get create rm version users' ;;
    'users') words='add ls rm' ;;
    'get') names='resource' ;;
    'rm') names='resource' ;;
    esac
    if [[ $current == -* || -z $words$names ]]; then
      names=''
      case "$command" in
      '') words='--config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'status') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'get') words='--with-secrets --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'create') words='--force --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'rm') words='--config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'version') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'users add') words='--roles --ttl --logins --windows-logins --kubernetes-users --kubernetes-groups --db-users --db-names --db-roles --aws-role-arns --azure-identities --gcp-service-accounts --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'users ls') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'users rm') words='--config --data-dir --auth-server --identity --insecure --debug --help' ;;
      esac
    fi
    ;;
  esac
  if [[ $names ]]; then
    mapfile -t COMPREPLY < <(tctl __names "$names" "$current" 2>/dev/null)
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}
complete -o default -F _tctl_complete tctl
