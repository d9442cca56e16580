# fish completion for teleport-operator
complete -c teleport-operator -f -n '__fish_use_subcommand' -a 'crds' -d 'Write the CustomResourceDefinitions that `kubectl apply --server-side -f -` takes'
complete -c teleport-operator -f -n '__fish_use_subcommand' -a 'plan' -d 'Show what the operator would create, change, delete and refuse, without doing it'
complete -c teleport-operator -f -n '__fish_use_subcommand' -a 'version' -d 'Show the version'
complete -c teleport-operator -n '__fish_seen_subcommand_from crds' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport-operator -n '__fish_seen_subcommand_from plan' -l identity -s i -d 'Identity file of who may read the resources' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from plan' -l auth-server -d 'Address of the auth service or of the proxy (default 127.0.0.1:3025)' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from plan' -l insecure -d 'Do not check the certificate of the proxy'
complete -c teleport-operator -n '__fish_seen_subcommand_from plan' -l exit-code -d 'Exit with 1 when something would be done or refused'
complete -c teleport-operator -n '__fish_seen_subcommand_from plan' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport-operator -n '__fish_seen_subcommand_from version' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport-operator -l help -s h -d 'Show the help of a command'
