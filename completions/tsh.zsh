#compdef tsh
_tsh() {
  local so_far='' word names='' argument=''
  local -a commands options values shown
  for word in "${(@)words[2,CURRENT-1]}"; do
    word="${so_far:+$so_far }$word"
    case "$word" in
    ('login' | 'logout' | 'status' | 'clusters' | 'ls' | 'ssh' | 'scp' | 'sftp' | 'proxy ssh' | 'config' | 'resolve' | 'recordings ls' | 'play' | 'kube ls' | 'kube login' | 'kubectl' | 'env' | 'version' | 'mfa ls' | 'request ls' | 'request show' | 'request create' | 'request review' | 'request search' | 'request drop' | 'kube' | 'mfa' | 'proxy' | 'recordings' | 'request') so_far="$word" ;;
    esac
  done
  case "$so_far:${words[CURRENT-1]}" in
    (*:--cluster) names=cluster ;;
    (*:--mfa-mode) values=(auto cross-platform platform otp sso) ;;
    ('login:--kube-cluster') names=kube_cluster ;;
    ('login:--format') values=(text json yaml file openssh tls kubernetes) ;;
    ('status:--format') values=(text json yaml) ;;
    ('clusters:--format') values=(text json yaml) ;;
    ('ls:--format') values=(text json yaml names) ;;
    ('ssh:--format') values=(text json) ;;
    ('resolve:--format') values=(text json yaml) ;;
    ('recordings ls:--format') values=(text json yaml) ;;
    ('play:--speed') values=(0.5x 1x 2x 4x 8x) ;;
    ('play:--format') values=(pty text json yaml asciicast) ;;
    ('kube ls:--format') values=(text json yaml) ;;
    ('env:--format') values=(text json yaml) ;;
    ('version:--format') values=(text json yaml) ;;
    ('mfa ls:--format') values=(text json yaml) ;;
    ('request ls:--format') values=(text json yaml) ;;
    ('request show:--format') values=(text json yaml) ;;
    ('request create:--format') values=(text json yaml) ;;
    ('request review:--format') values=(text json yaml) ;;
    ('request search:--format') values=(text json yaml) ;;
    ('request drop:--format') values=(text json yaml) ;;
  esac
  case "$so_far" in
    ('') commands=(
      'login:Log in to a cluster'
      'logout:Remove keys and certificates, of one user or of all'
      'status:Show the logged-in users, their clusters, and how long the logins are valid'
      'clusters:List the root cluster and its leaf clusters'
      'ls:List the nodes of the cluster'
      'ssh:Open a shell on a node, or run a command on one or several'
      'scp:Copy files to a node or from one'
      'sftp:List and copy files of a node by commands'
      'proxy'
      'config:Print configuration for OpenSSH, to be added to ~/.ssh/config'
      'resolve:Show the node of a name; for Match exec in ssh_config'
      'recordings'
      'play:Play back the recording of a session'
      'kube'
      'kubectl:Run kubectl with the Kubernetes cluster that is selected'
      'env:Print commands that set the environment for this login'
      'version:Show the version of this program and the proxy in use'
      'mfa'
      'request'
    ) ;;
    ('kube') commands=(
      'ls:List the Kubernetes clusters'
      'login:Set kubectl up for a Kubernetes cluster'
    ) ;;
    ('mfa') commands=(
      'ls:List your second factors'
    ) ;;
    ('proxy') commands=(
      'ssh:Connect stdin and stdout with a node, as ProxyCommand of OpenSSH'
    ) ;;
    ('recordings') commands=(
      'ls:List sessions that have ended'
    ) ;;
    ('request') commands=(
      'ls:List access requests: yours, and those that you may review'
      'show:Show an access request in full'
      'create:Request more access, wait for the decision, and use the access'
      'review:Approve or deny an access request'
      'search:Find resources that can be requested'
      'drop:Drop access requests and the access that they give'
    ) ;;
  esac
  case "$so_far" in
    ('') options=(--proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('login') options=(--ttl --auth --out --overwrite --kube-cluster --request-id --request-roles --request-reason --request-reviewers --request-nowait --verbose --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('logout') options=(--proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('status') options=(--verbose --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('clusters') options=(--quiet --verbose --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('ls') options=(--search --query --verbose --all --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('ssh') options=(--login --port --search --query --forward-agent --forward --remote-forward --dynamic-forward --tty --no-tty --no-remote-exec --x11-untrusted --x11-trusted --x11-untrusted-timeout --option --fork-after-authentication --parallel --log-dir --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('scp') options=(--login --port --recursive --preserve --quiet --limit --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('sftp') options=(--login --port --recursive --preserve --quiet --batch --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('proxy ssh') options=(--proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('config') options=(--login --port --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('resolve') options=(--quiet --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('recordings ls') options=(--from-utc --to-utc --last --limit --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('play') options=(--speed --skip-idle-time --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('kube ls') options=(--search --query --verbose --quiet --all --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('kube login') options=(--all --set-context-name --namespace --labels --query --as --as-groups --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('kubectl') options=() ;;
    ('env') options=(--unset --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('version') options=(--client --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('mfa ls') options=(--verbose --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('request ls') options=(--reviewable --suggested --my-requests --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('request show') options=(--format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('request create') options=(--roles --resource --reason --reviewers --nowait --request-ttl --session-ttl --max-duration --assume-start-time --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('request review') options=(--approve --deny --reason --assume-start-time --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('request search') options=(--kind --search --query --labels --verbose --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
    ('request drop') options=(--format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help) ;;
  esac
  case "$so_far" in
    ('ls') argument=node_label ;;
    ('ssh') argument=node_or_label ;;
    ('scp') argument=node ;;
    ('sftp') argument=node ;;
    ('proxy ssh') argument=node ;;
    ('resolve') argument=node ;;
    ('kube ls') argument=kube_label ;;
    ('kube login') argument=kube_cluster ;;
  *) ;;
  esac
  [[ -z $names && $PREFIX != -* ]] && names=$argument
  [[ -n $names ]] && values=(${(f)"$(tsh __names $names $PREFIX 2>/dev/null)"})
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
if [[ $funcstack[1] == _tsh ]]; then _tsh "$@"; else compdef _tsh tsh; fi
