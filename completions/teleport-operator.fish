# fish completion for teleport-operator
complete -c teleport-operator -f -n '__fish_use_subcommand' -a 'start' -d 'Run the operator; also what the program does without a command'
complete -c teleport-operator -f -n '__fish_use_subcommand' -a 'crds' -d 'Write the CustomResourceDefinitions that `kubectl apply --server-side -f -` takes'
complete -c teleport-operator -f -n '__fish_use_subcommand' -a 'plan' -d 'Show what the operator would create, change, delete and refuse, without doing it'
complete -c teleport-operator -f -n '__fish_use_subcommand' -a 'version' -d 'Show the version'
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l auth-server -d 'Address of the auth service or the proxy (default 127.0.0.1:3025)' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l join-method -d 'How the bot joins (default kubernetes)' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l token -d 'Token of the bot (default teleport-operator)' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l ca-pin -d 'Pins of the cluster'\''s certificate authority' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l insecure -d 'Do not check the certificate of the proxy'
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l certificate-ttl -d 'Life of the certificates (default 1h)' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l renewal-interval -d 'Renew so often (default 30m)' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l namespace -d 'Namespace (default $POD_NAMESPACE, or the pod'\''s)' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l kubeconfig -d 'Kubeconfig outside of Kubernetes' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l metrics-bind-address -d 'Serve /metrics (default :8080; 0: no)' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l health-probe-bind-address -d 'Serve /healthz and /readyz (default :8081; 0: no)' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l pprof-bind-address -d 'Not implemented; 0 is accepted' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l leader-elect -d 'Accepted: one of several operators always leads'
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l leader-election-id -d 'Lease (default 431e83f4.teleport.dev)' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l sync-period -d 'Look at everything so often (default 10h)' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l log-level -d 'INFO or DEBUG (default INFO)' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l workers -d 'Custom resources at a time (default 4)' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from start' -l paused -d 'Watch, and write nothing'
complete -c teleport-operator -n '__fish_seen_subcommand_from crds' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport-operator -n '__fish_seen_subcommand_from plan' -l identity -s i -d 'Identity file of who may read the resources' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from plan' -l auth-server -d 'Address of the auth service or of the proxy (default 127.0.0.1:3025)' -r
complete -c teleport-operator -n '__fish_seen_subcommand_from plan' -l insecure -d 'Do not check the certificate of the proxy'
complete -c teleport-operator -n '__fish_seen_subcommand_from plan' -l exit-code -d 'Exit with 1 when something would be done or refused'
complete -c teleport-operator -n '__fish_seen_subcommand_from plan' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport-operator -n '__fish_seen_subcommand_from version' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport-operator -l help -s h -d 'Show the help of a command'
