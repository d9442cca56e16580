# fish completion for teleport
complete -c teleport -f -n '__fish_use_subcommand' -a 'start' -d 'Run the cluster, or a node of one elsewhere, until SIGTERM'
complete -c teleport -f -n '__fish_use_subcommand' -a 'configure' -d 'Print a configuration to start from'
complete -c teleport -f -n '__fish_use_subcommand' -a 'version' -d 'Show the version'
complete -c teleport -n '__fish_seen_subcommand_from start' -l config -s c -d 'Configuration (default /etc/teleport.yaml if it is there)' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l data-dir -d 'Where state is kept (default /var/lib/teleport)' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l roles -s r -d 'The services to run: node, auth, proxy, kube' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l token -d 'Join a cluster elsewhere with this token, or the file it is in' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l proxy -d 'The proxy of that cluster' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l auth-server -s s -d 'The auth service of that cluster, instead of its proxy' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l ca-pin -d 'What tctl status shows of that cluster' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l nodename -d 'The name of this host (default: as the system has it)' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l labels -d 'Labels of this host' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l pid-file -d 'Write the process'\''s number there, and remove it at the end' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l bootstrap -d 'Resources that an empty cluster begins with' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l insecure -d 'Accept any certificate of the proxy while joining'
complete -c teleport -n '__fish_seen_subcommand_from configure' -l cluster-name -d 'Name of the cluster, for ever' -r
complete -c teleport -n '__fish_seen_subcommand_from configure' -l public-addr -d 'Address that users reach the proxy at' -r
complete -c teleport -n '__fish_seen_subcommand_from configure' -l data-dir -d 'Where state is kept' -r
complete -c teleport -n '__fish_seen_subcommand_from configure' -l output -s o -d 'File to write instead of stdout' -r
complete -c teleport -n '__fish_seen_subcommand_from version' -l raw -d 'Show the number of Teleport'\''s version alone'
complete -c teleport -n '__fish_seen_subcommand_from version' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport -l debug -s d -d 'Log everything'
complete -c teleport -l help -s h -d 'Show the help of a command'
