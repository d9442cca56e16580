# fish completion for teleport-operator
complete -c teleport-operator -f -n '__fish_use_subcommand' -a 'crds' -d 'Write the CustomResourceDefinitions that `kubectl apply --server-side -f -` takes'
complete -c teleport-operator -f -n '__fish_use_subcommand' -a 'version' -d 'Show the version'
complete -c teleport-operator -n '__fish_seen_subcommand_from crds' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport-operator -n '__fish_seen_subcommand_from version' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport-operator -l help -s h -d 'Show the help of a command'
