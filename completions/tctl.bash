# bash completion for tctl
_tctl_complete() {
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
    'status' | 'get' | 'create' | 'diff' | 'plan' | 'access explain' | 'events ls' | 'recordings ls' | 'rm' | 'edit' | 'update' | 'lock' | 'auth sign' | 'version' | 'users add' | 'users update' | 'users reset' | 'users ls' | 'users rm' | 'tokens add' | 'tokens ls' | 'tokens rm' | 'bots add' | 'bots update' | 'bots ls' | 'bots rm' | 'bots instances ls' | 'bots instances show' | 'bots instances add' | 'nodes add' | 'nodes ls' | 'kube ls' | 'apps ls' | 'db ls' | 'auth ls' | 'proxy ls' | 'alerts ls' | 'alerts create' | 'alerts ack' | 'alerts ack ls' | 'requests ls' | 'requests get' | 'requests approve' | 'requests deny' | 'requests create' | 'requests rm' | 'requests capabilities' | 'requests review' | 'inventory status' | 'inventory ls' | 'inventory rm' | 'inventory ping' | 'auth export' | 'auth crl' | 'audit verify' | 'audit rotate-key' | 'access' | 'alerts' | 'apps' | 'audit' | 'auth' | 'bots' | 'bots instances' | 'db' | 'events' | 'inventory' | 'kube' | 'nodes' | 'proxy' | 'recordings' | 'requests' | 'tokens' | 'users') command="$word" ;;
    esac
  done
  case "$command:$previous" in
  'status:--format') words='text json yaml' ;;
  'get:--format') words='yaml json text' ;;
  'create:--validate') words='strict warn ignore' ;;
  'diff:--validate') words='strict warn ignore' ;;
  'diff:--format') words='text json yaml' ;;
  'plan:--validate') words='strict warn ignore' ;;
  'plan:--format') words='text json yaml' ;;
  'access explain:--format') words='text json yaml' ;;
  'events ls:--user') names='user' ;;
  'events ls:--order') words='asc desc' ;;
  'events ls:--format') words='text json yaml' ;;
  'recordings ls:--format') words='text json yaml' ;;
  'edit:--validate') words='strict warn ignore' ;;
  'lock:--format') words='text json yaml' ;;
  'auth sign:--compat') words='standard oldssh' ;;
  'auth sign:--format') words='text json yaml file openssh tls kubernetes' ;;
  'version:--format') words='text json yaml' ;;
  'users add:--roles') names='role' ;;
  'users add:--format') words='text json yaml' ;;
  'users update:--set-roles') names='role' ;;
  'users update:--add-roles') names='role' ;;
  'users update:--remove-roles') names='role' ;;
  'users update:--format') words='text json yaml' ;;
  'users reset:--format') words='text json yaml' ;;
  'users ls:--format') words='text json yaml' ;;
  'tokens add:--format') words='text json yaml' ;;
  'tokens ls:--format') words='text json yaml' ;;
  'bots add:--roles') names='role' ;;
  'bots add:--format') words='text json yaml' ;;
  'bots update:--set-roles') names='role' ;;
  'bots update:--add-roles') names='role' ;;
  'bots ls:--format') words='text json yaml' ;;
  'bots instances ls:--format') words='text json yaml' ;;
  'bots instances show:--format') words='text json yaml' ;;
  'bots instances add:--format') words='text json yaml' ;;
  'nodes add:--format') words='text json yaml' ;;
  'nodes ls:--format') words='text json yaml' ;;
  'kube ls:--format') words='text json yaml' ;;
  'apps ls:--format') words='text json yaml' ;;
  'db ls:--format') words='text json yaml' ;;
  'auth ls:--format') words='yaml json text' ;;
  'proxy ls:--format') words='yaml json text' ;;
  'alerts ls:--format') words='text json yaml' ;;
  'alerts create:--severity') words='low medium high' ;;
  'alerts create:--format') words='text json yaml' ;;
  'alerts ack:--format') words='text json yaml' ;;
  'alerts ack ls:--format') words='text json yaml' ;;
  'requests ls:--sort-index') words='created state' ;;
  'requests ls:--sort-order') words='ascending descending' ;;
  'requests ls:--format') words='text json yaml' ;;
  'requests get:--format') words='text json yaml' ;;
  'requests approve:--roles') names='role' ;;
  'requests create:--roles') names='role' ;;
  'requests create:--format') words='text json yaml' ;;
  'requests capabilities:--format') words='text json yaml' ;;
  'requests review:--author') names='user' ;;
  'requests review:--format') words='text json yaml' ;;
  'inventory status:--format') words='text json yaml' ;;
  'inventory ls:--format') words='text json yaml' ;;
  'inventory rm:--format') words='text json yaml' ;;
  'inventory ping:--format') words='text json yaml' ;;
  'auth export:--type') words='user host openssh tls-host tls tls-user tls-user-der windows tls-spiffe db db-der db-client db-client-der saml-idp awsra github' ;;
  'auth crl:--type') words='host db db_client user' ;;
  'audit verify:--format') words='text json yaml' ;;
  'audit rotate-key:--format') words='text json yaml' ;;
  *)
    case "$command" in
    '') words='status get create diff plan access events recordings rm edit update lock auth version users tokens bots nodes kube apps db proxy alerts requests inventory audit' ;;
    'access') words='explain' ;;
    'alerts') words='ls create ack ack ls' ;;
    'apps') words='ls' ;;
    'audit') words='verify rotate-key' ;;
    'auth') words='sign ls export crl' ;;
    'bots') words='add update ls rm instances ls instances show instances add' ;;
    'db') words='ls' ;;
    'events') words='ls' ;;
    'inventory') words='status ls rm ping' ;;
    'kube') words='ls' ;;
    'nodes') words='add ls' ;;
    'proxy') words='ls' ;;
    'recordings') words='ls' ;;
    'requests') words='ls get approve deny create rm capabilities review' ;;
    'tokens') words='add ls rm' ;;
    'users') words='add update reset ls rm' ;;
    'get') names='resource' ;;
    'access explain') names='user' ;;
    'rm') names='resource' ;;
    'edit') names='resource' ;;
    'users update') names='user' ;;
    'users reset') names='user' ;;
    'users rm') names='user' ;;
    'bots update') names='bot' ;;
    'bots rm') names='bot' ;;
    'bots instances ls') names='bot' ;;
    'bots instances add') names='bot' ;;
    'requests create') names='user' ;;
    'requests capabilities') names='user' ;;
    esac
    if [[ $current == -* || -z $words$names ]]; then
      names=''
      case "$command" in
      '') words='--config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'status') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'get') words='--with-secrets --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'create') words='--force --continue --dry-run --confirm --validate --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'diff') words='--filename --validate --exit-code --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'plan') words='--filename --validate --exit-code --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'access explain') words='--namespace --labels --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'events ls') words='--type --user --from --to --order --limit --cursor --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'recordings ls') words='--from-utc --to-utc --last --limit --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'rm') words='--force --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'edit') words='--confirm --validate --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'update') words='--set-labels --set-ttl --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'lock') words='--message --ttl --expires --force --user --role --login --mfa-device --windows-desktop --access-request --device --server-id --bot-instance-id --join-token --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'auth sign') words='--user --host --out --ttl --compat --overwrite --proxy --leaf-cluster --kube-cluster-name --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'version') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'users add') words='--roles --ttl --logins --windows-logins --kubernetes-users --kubernetes-groups --db-users --db-names --db-roles --aws-role-arns --azure-identities --gcp-service-accounts --mcp-tools --host-user-uid --host-user-gid --default-relay-addr --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'users update') words='--set-roles --add-roles --remove-roles --force --set-logins --set-windows-logins --set-kubernetes-users --set-kubernetes-groups --set-db-users --set-db-names --set-db-roles --set-aws-role-arns --set-azure-identities --set-gcp-service-accounts --set-mcp-tools --set-host-user-uid --set-host-user-gid --set-default-relay-addr --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'users reset') words='--ttl --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'users ls') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'users rm') words='--force --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'tokens add') words='--type --value --labels --ttl --app-name --app-uri --db-name --db-protocol --db-uri --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'tokens ls') words='--with-secrets --labels --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'tokens rm') words='--config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'bots add') words='--roles --ttl --token --logins --max-session-ttl --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'bots update') words='--set-roles --add-roles --set-logins --add-logins --set-max-session-ttl --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'bots ls') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'bots rm') words='--config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'bots instances ls') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'bots instances show') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'bots instances add') words='--token --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'nodes add') words='--roles --ttl --token --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'nodes ls') words='--search --query --verbose --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'kube ls') words='--search --query --verbose --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'apps ls') words='--search --query --verbose --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'db ls') words='--search --query --verbose --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'auth ls') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'proxy ls') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'alerts ls') words='--labels --verbose --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'alerts create') words='--ttl --severity --labels --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'alerts ack') words='--reason --ttl --clear --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'alerts ack ls') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'requests ls') words='--sort-index --sort-order --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'requests get') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'requests approve') words='--reason --delegator --annotations --roles --assume-start-time --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'requests deny') words='--reason --delegator --annotations --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'requests create') words='--roles --resource --reason --dry-run --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'requests rm') words='--force --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'requests capabilities') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'requests review') words='--author --approve --deny --reason --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'inventory status') words='--connected --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'inventory ls') words='--services --exact-version --older-than --newer-than --upgrader --update-group --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'inventory rm') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'inventory ping') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'auth export') words='--type --keys --fingerprint --compat --out --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'auth crl') words='--type --out --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'audit verify') words='--trust-key --format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      'audit rotate-key') words='--format --config --data-dir --auth-server --identity --insecure --debug --help' ;;
      esac
    fi
    ;;
  esac
  if [[ $names ]]; then
    mapfile -t COMPREPLY < <(tctl __names "$names" "$whole" 2>/dev/null)
    COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
    whole="${whole%"$current"}"
    COMPREPLY=("${COMPREPLY[@]#"${whole%@}"}")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}
complete -o default -F _tctl_complete tctl
