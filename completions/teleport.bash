# bash completion for teleport
_teleport_complete() {
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
    'start' | 'configure' | 'node configure' | 'status' | 'version' | 'node') command="$word" ;;
    esac
  done
  case "$command:$previous" in
  'configure:--version') words='v1 v2 v3' ;;
  'node configure:--version') words='v1 v2 v3' ;;
  'status:--format') words='text json yaml' ;;
  'version:--format') words='text json yaml' ;;
  *)
    case "$command" in
    '') words='start configure node status version' ;;
    'node') words='configure' ;;
    esac
    if [[ $current == -* || -z $words$names ]]; then
      names=''
      case "$command" in
      '') words='--debug --help' ;;
      'start') words='--config --data-dir --roles --token --proxy --auth-server --ca-pin --nodename --labels --pid-file --bootstrap --apply-on-startup --insecure --debug --help' ;;
      'configure') words='--public-addr --roles --cert-file --key-file --node-labels --test --acme --acme-email --app-name --app-uri --mcp-demo-server --cluster-name --data-dir --token --join-method --proxy --auth-server --node-name --version --output --debug --help' ;;
      'node configure') words='--public-addr --labels --ca-pin --silent --azure-client-id --cluster-name --data-dir --token --join-method --proxy --auth-server --node-name --version --output --debug --help' ;;
      'status') words='--format --debug --help' ;;
      'version') words='--raw --format --debug --help' ;;
      esac
    fi
    ;;
  esac
  if [[ $names ]]; then
    mapfile -t COMPREPLY < <(teleport __names "$names" "$whole" 2>/dev/null)
    COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
    whole="${whole%"$current"}"
    COMPREPLY=("${COMPREPLY[@]#"${whole%@}"}")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}
complete -o default -F _teleport_complete teleport
