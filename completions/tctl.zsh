#compdef tctl
_tctl() {
  local so_far='' word names='' argument=''
  local -a commands options values shown
  for word in "${(@)words[2,CURRENT-1]}"; do
    word="${so_far:+$so_far }$word"
    case "$word" in
    ('status' | 'get' | 'create' | 'diff' | 'plan' | 'access explain' | 'events ls' | 'recordings ls' | 'rm' | 'edit' | 'update' | 'lock' | 'auth sign' | 'version' | 'users add' | 'users update' | 'users reset' | 'users ls' | 'users rm' | 'tokens add' | 'tokens ls' | 'tokens rm' | 'bots add' | 'bots update' | 'bots ls' | 'bots rm' | 'bots instances ls' | 'bots instances show' | 'bots instances add' | 'nodes add' | 'nodes ls' | 'kube ls' | 'apps ls' | 'db ls' | 'auth ls' | 'proxy ls' | 'alerts ls' | 'alerts create' | 'alerts ack' | 'alerts ack ls' | 'requests ls' | 'requests get' | 'requests approve' | 'requests deny' | 'requests create' | 'requests rm' | 'requests capabilities' | 'requests review' | 'inventory status' | 'inventory ls' | 'inventory rm' | 'inventory ping' | 'auth export' | 'auth crl' | 'audit verify' | 'audit rotate-key' | 'access' | 'alerts' | 'apps' | 'audit' | 'auth' | 'bots' | 'bots instances' | 'db' | 'events' | 'inventory' | 'kube' | 'nodes' | 'proxy' | 'recordings' | 'requests' | 'tokens' | 'users') so_far="$word" ;;
    esac
  done
  case "$so_far:${words[CURRENT-1]}" in
    ('status:--format') values=(text json yaml) ;;
    ('get:--format') values=(yaml json text) ;;
    ('create:--validate') values=(strict warn ignore) ;;
    ('diff:--validate') values=(strict warn ignore) ;;
    ('diff:--format') values=(text json yaml) ;;
    ('plan:--validate') values=(strict warn ignore) ;;
    ('plan:--format') values=(text json yaml) ;;
    ('access explain:--format') values=(text json yaml) ;;
    ('events ls:--user') names=user ;;
    ('events ls:--order') values=(asc desc) ;;
    ('events ls:--format') values=(text json yaml) ;;
    ('recordings ls:--format') values=(text json yaml) ;;
    ('edit:--validate') values=(strict warn ignore) ;;
    ('lock:--format') values=(text json yaml) ;;
    ('auth sign:--compat') values=(standard oldssh) ;;
    ('auth sign:--format') values=(text json yaml file openssh tls kubernetes) ;;
    ('version:--format') values=(text json yaml) ;;
    ('users add:--roles') names=role ;;
    ('users add:--format') values=(text json yaml) ;;
    ('users update:--set-roles') names=role ;;
    ('users update:--add-roles') names=role ;;
    ('users update:--remove-roles') names=role ;;
    ('users update:--format') values=(text json yaml) ;;
    ('users reset:--format') values=(text json yaml) ;;
    ('users ls:--format') values=(text json yaml) ;;
    ('tokens add:--format') values=(text json yaml) ;;
    ('tokens ls:--format') values=(text json yaml) ;;
    ('bots add:--roles') names=role ;;
    ('bots add:--format') values=(text json yaml) ;;
    ('bots update:--set-roles') names=role ;;
    ('bots update:--add-roles') names=role ;;
    ('bots ls:--format') values=(text json yaml) ;;
    ('bots instances ls:--format') values=(text json yaml) ;;
    ('bots instances show:--format') values=(text json yaml) ;;
    ('bots instances add:--format') values=(text json yaml) ;;
    ('nodes add:--format') values=(text json yaml) ;;
    ('nodes ls:--format') values=(text json yaml) ;;
    ('kube ls:--format') values=(text json yaml) ;;
    ('apps ls:--format') values=(text json yaml) ;;
    ('db ls:--format') values=(text json yaml) ;;
    ('auth ls:--format') values=(yaml json text) ;;
    ('proxy ls:--format') values=(yaml json text) ;;
    ('alerts ls:--format') values=(text json yaml) ;;
    ('alerts create:--severity') values=(low medium high) ;;
    ('alerts create:--format') values=(text json yaml) ;;
    ('alerts ack:--format') values=(text json yaml) ;;
    ('alerts ack ls:--format') values=(text json yaml) ;;
    ('requests ls:--sort-index') values=(created state) ;;
    ('requests ls:--sort-order') values=(ascending descending) ;;
    ('requests ls:--format') values=(text json yaml) ;;
    ('requests get:--format') values=(text json yaml) ;;
    ('requests approve:--roles') names=role ;;
    ('requests create:--roles') names=role ;;
    ('requests create:--format') values=(text json yaml) ;;
    ('requests capabilities:--format') values=(text json yaml) ;;
    ('requests review:--author') names=user ;;
    ('requests review:--format') values=(text json yaml) ;;
    ('inventory status:--format') values=(text json yaml) ;;
    ('inventory ls:--format') values=(text json yaml) ;;
    ('inventory rm:--format') values=(text json yaml) ;;
    ('inventory ping:--format') values=(text json yaml) ;;
    ('auth export:--type') values=(user host openssh tls-host tls tls-user tls-user-der windows tls-spiffe db db-der db-client db-client-der saml-idp awsra github) ;;
    ('auth crl:--type') values=(host db db_client user) ;;
    ('audit verify:--format') values=(text json yaml) ;;
    ('audit rotate-key:--format') values=(text json yaml) ;;
  esac
  case "$so_far" in
    ('') commands=(
      'status:Show the cluster and its certificate authorities'
      'get:Show resources of the cluster'
      'create:Write resources from YAML or JSON'
      'diff:Show field by field what tctl create -f would change'
      'plan:Show what tctl create -f would change, and which users would gain or lose access'
      'access'
      'events'
      'recordings'
      'rm:Remove a resource'
      'edit:Change a resource in a text editor (VISUAL, EDITOR)'
      'update:Change labels or expiry of a leaf cluster'
      'lock:Lock a user, role or host out at once, until the lock expires or is removed'
      'auth'
      'version:Show the version'
      'users'
      'tokens'
      'bots'
      'nodes'
      'kube'
      'apps'
      'db'
      'proxy'
      'alerts'
      'requests'
      'inventory'
      'audit'
    ) ;;
    ('access') commands=(
      'explain:Show whether a user may do something, by which role, and which roles would allow it'
    ) ;;
    ('alerts') commands=(
      'ls:List alerts of the cluster'
      'create:Create an alert, which users see when they log in unless its labels say otherwise'
      'ack:Acknowledge an alert, so that the alert is not shown for a time'
      'ack ls:List acknowledged alerts'
    ) ;;
    ('apps') commands=(
      'ls:List applications and the servers that announce them'
    ) ;;
    ('audit') commands=(
      'verify:Check that no event of the audit log is missing, changed or reordered'
      'rotate-key:Replace the key that signs the heads of the audit log'
    ) ;;
    ('auth') commands=(
      'sign:Write certificates of a user, or of a host, to files for other programs'
      'ls:List auth services'
      'export:Show certificate authorities in the form that other programs read'
      'crl:Show the empty revocation list of an authority, in DER'
    ) ;;
    ('bots') commands=(
      'add:Create a bot and a token with which the bot joins'
      'update:Change roles, logins or lifetime of a bot'
      'ls:List bots'
      'rm:Remove a bot with its user and its role'
      'instances ls:List the instances of bots, which are the machines that have joined'
      'instances show:Show one instance of a bot'
      'instances add:Make a token with which a bot joins on another machine'
    ) ;;
    ('db') commands=(
      'ls:List databases and the servers that announce them'
    ) ;;
    ('events') commands=(
      'ls:List events of the audit log in a range of time, the newest first'
    ) ;;
    ('inventory') commands=(
      'status:Count the versions, services and upgraders of the cluster'
      'ls:List the services of the cluster and their hosts'
      'rm:Remove a host permanently: its resources are removed, its id and certificates are refused'
      'ping:Measure how fast an agent answers'
    ) ;;
    ('kube') commands=(
      'ls:List Kubernetes clusters and the servers that announce them'
    ) ;;
    ('nodes') commands=(
      'add:Make a token with which a host joins, and show the command'
      'ls:List nodes'
    ) ;;
    ('proxy') commands=(
      'ls:List proxies'
    ) ;;
    ('recordings') commands=(
      'ls:List sessions that have ended'
    ) ;;
    ('requests') commands=(
      'ls:List access requests'
      'get:Show access requests in full'
      'approve:Approve access requests'
      'deny:Deny access requests'
      'create:Request access in the name of a user'
      'rm:Delete access requests'
      'capabilities:Show what a user may request'
      'review:Review an access request in a reviewer'\''s name'
    ) ;;
    ('tokens') commands=(
      'add:Make a token with which services join, and show the command'
      'ls:List tokens and links of users; their values are hidden in the table'
      'rm:Remove a token'
    ) ;;
    ('users') commands=(
      'add:Create a user and a link with which the user sets a password'
      'update:Change roles and traits of a user; an option without a value empties a trait'
      'reset:Remove a user'\''s password and make a link with which the user sets a new password'
      'ls:List users'
      'rm:Remove users'
    ) ;;
  esac
  case "$so_far" in
    ('') options=(--config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('status') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('get') options=(--with-secrets --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('create') options=(--force --continue --dry-run --confirm --validate --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('diff') options=(--filename --validate --exit-code --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('plan') options=(--filename --validate --exit-code --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('access explain') options=(--namespace --labels --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('events ls') options=(--type --user --from --to --order --limit --cursor --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('recordings ls') options=(--from-utc --to-utc --last --limit --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('rm') options=(--force --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('edit') options=(--confirm --validate --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('update') options=(--set-labels --set-ttl --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('lock') options=(--message --ttl --expires --force --user --role --login --mfa-device --windows-desktop --access-request --device --server-id --bot-instance-id --join-token --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('auth sign') options=(--user --host --out --ttl --compat --overwrite --proxy --leaf-cluster --kube-cluster-name --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('version') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('users add') options=(--roles --ttl --logins --windows-logins --kubernetes-users --kubernetes-groups --db-users --db-names --db-roles --aws-role-arns --azure-identities --gcp-service-accounts --mcp-tools --host-user-uid --host-user-gid --default-relay-addr --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('users update') options=(--set-roles --add-roles --remove-roles --force --set-logins --set-windows-logins --set-kubernetes-users --set-kubernetes-groups --set-db-users --set-db-names --set-db-roles --set-aws-role-arns --set-azure-identities --set-gcp-service-accounts --set-mcp-tools --set-host-user-uid --set-host-user-gid --set-default-relay-addr --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('users reset') options=(--ttl --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('users ls') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('users rm') options=(--force --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('tokens add') options=(--type --value --labels --ttl --app-name --app-uri --db-name --db-protocol --db-uri --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('tokens ls') options=(--with-secrets --labels --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('tokens rm') options=(--config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('bots add') options=(--roles --ttl --token --logins --max-session-ttl --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('bots update') options=(--set-roles --add-roles --set-logins --add-logins --set-max-session-ttl --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('bots ls') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('bots rm') options=(--config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('bots instances ls') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('bots instances show') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('bots instances add') options=(--token --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('nodes add') options=(--roles --ttl --token --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('nodes ls') options=(--search --query --verbose --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('kube ls') options=(--search --query --verbose --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('apps ls') options=(--search --query --verbose --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('db ls') options=(--search --query --verbose --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('auth ls') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('proxy ls') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('alerts ls') options=(--labels --verbose --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('alerts create') options=(--ttl --severity --labels --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('alerts ack') options=(--reason --ttl --clear --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('alerts ack ls') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('requests ls') options=(--sort-index --sort-order --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('requests get') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('requests approve') options=(--reason --delegator --annotations --roles --assume-start-time --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('requests deny') options=(--reason --delegator --annotations --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('requests create') options=(--roles --resource --reason --dry-run --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('requests rm') options=(--force --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('requests capabilities') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('requests review') options=(--author --approve --deny --reason --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('inventory status') options=(--connected --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('inventory ls') options=(--services --exact-version --older-than --newer-than --upgrader --update-group --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('inventory rm') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('inventory ping') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('auth export') options=(--type --keys --fingerprint --compat --out --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('auth crl') options=(--type --out --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('audit verify') options=(--trust-key --format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
    ('audit rotate-key') options=(--format --config --data-dir --auth-server --identity --insecure --debug --help) ;;
  esac
  case "$so_far" in
    ('get') argument=resource ;;
    ('access explain') argument=user ;;
    ('rm') argument=resource ;;
    ('edit') argument=resource ;;
    ('users update') argument=user ;;
    ('users reset') argument=user ;;
    ('users rm') argument=user ;;
    ('bots update') argument=bot ;;
    ('bots rm') argument=bot ;;
    ('bots instances ls') argument=bot ;;
    ('bots instances add') argument=bot ;;
    ('requests create') argument=user ;;
    ('requests capabilities') argument=user ;;
  *) ;;
  esac
  [[ -z $names && $PREFIX != -* ]] && names=$argument
  [[ -n $names ]] && values=(${(f)"$(tctl __names $names $PREFIX 2>/dev/null)"})
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
if [[ $funcstack[1] == _tctl ]]; then _tctl "$@"; else compdef _tctl tctl; fi
