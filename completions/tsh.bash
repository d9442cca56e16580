# bash completion for tsh
_tsh_complete() {
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
    'login' | 'logout' | 'status' | 'clusters' | 'ls' | 'ssh' | 'scp' | 'sftp' | 'proxy ssh' | 'config' | 'resolve' | 'recordings ls' | 'play' | 'kube ls' | 'kube login' | 'kubectl' | 'env' | 'version' | 'mfa ls' | 'request ls' | 'request show' | 'request create' | 'request review' | 'request search' | 'request drop' | 'kube' | 'mfa' | 'proxy' | 'recordings' | 'request') command="$word" ;;
    esac
  done
  case "$command:$previous" in
  *:--cluster) names='cluster' ;;
  *:--mfa-mode) words='auto cross-platform platform otp sso' ;;
  'login:--kube-cluster') names='kube_cluster' ;;
  'login:--format') words='text json yaml file openssh tls kubernetes' ;;
  'status:--format') words='text json yaml' ;;
  'clusters:--format') words='text json yaml' ;;
  'ls:--format') words='text json yaml names' ;;
  'ssh:--format') words='text json' ;;
  'resolve:--format') words='text json yaml' ;;
  'recordings ls:--format') words='text json yaml' ;;
  'play:--speed') words='0.5x 1x 2x 4x 8x' ;;
  'play:--format') words='pty text json yaml asciicast' ;;
  'kube ls:--format') words='text json yaml' ;;
  'env:--format') words='text json yaml' ;;
  'version:--format') words='text json yaml' ;;
  'mfa ls:--format') words='text json yaml' ;;
  'request ls:--format') words='text json yaml' ;;
  'request show:--format') words='text json yaml' ;;
  'request create:--format') words='text json yaml' ;;
  'request review:--format') words='text json yaml' ;;
  'request search:--format') words='text json yaml' ;;
  'request drop:--format') words='text json yaml' ;;
  *)
    case "$command" in
    '') words='login logout status clusters ls ssh scp sftp proxy config resolve recordings play kube kubectl env version mfa request' ;;
    'kube') words='ls login' ;;
    'mfa') words='ls' ;;
    'proxy') words='ssh' ;;
    'recordings') words='ls' ;;
    'request') words='ls show create review search drop' ;;
    'ls') names='node_label' ;;
    'ssh') names='node_or_label' ;;
    'scp') names='node' ;;
    'sftp') names='node' ;;
    'proxy ssh') names='node' ;;
    'resolve') names='node' ;;
    'kube ls') names='kube_label' ;;
    'kube login') names='kube_cluster' ;;
    esac
    if [[ $current == -* || -z $words$names ]]; then
      names=''
      case "$command" in
      '') words='--proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'login') words='--ttl --auth --out --overwrite --kube-cluster --request-id --request-roles --request-reason --request-reviewers --request-nowait --verbose --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'logout') words='--proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'status') words='--verbose --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'clusters') words='--quiet --verbose --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'ls') words='--search --query --verbose --all --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'ssh') words='--login --port --search --query --forward-agent --forward --remote-forward --dynamic-forward --tty --no-tty --no-remote-exec --x11-untrusted --x11-trusted --x11-untrusted-timeout --option --fork-after-authentication --parallel --log-dir --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'scp') words='--login --port --recursive --preserve --quiet --limit --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'sftp') words='--login --port --recursive --preserve --quiet --batch --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'proxy ssh') words='--proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'config') words='--login --port --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'resolve') words='--quiet --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'recordings ls') words='--from-utc --to-utc --last --limit --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'play') words='--speed --skip-idle-time --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'kube ls') words='--search --query --verbose --quiet --all --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'kube login') words='--all --set-context-name --namespace --labels --query --as --as-groups --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'kubectl') words='' ;;
      'env') words='--unset --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'version') words='--client --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'mfa ls') words='--verbose --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'request ls') words='--reviewable --suggested --my-requests --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'request show') words='--format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'request create') words='--roles --resource --reason --reviewers --nowait --request-ttl --session-ttl --max-duration --assume-start-time --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'request review') words='--approve --deny --reason --assume-start-time --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'request search') words='--kind --search --query --labels --verbose --format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      'request drop') words='--format --proxy --user --cluster --identity --insecure --debug --mfa-mode --no-relogin --help' ;;
      esac
    fi
    ;;
  esac
  if [[ $names ]]; then
    mapfile -t COMPREPLY < <(tsh __names "$names" "$whole" 2>/dev/null)
    COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
    whole="${whole%"$current"}"
    COMPREPLY=("${COMPREPLY[@]#"${whole%@}"}")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}
complete -o default -F _tsh_complete tsh
