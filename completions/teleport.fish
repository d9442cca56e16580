# fish completion for teleport
complete -c teleport -f -n '__fish_use_subcommand' -a 'start' -d 'Run the cluster, or a node of one elsewhere, until SIGTERM'
complete -c teleport -f -n '__fish_use_subcommand' -a 'configure' -d 'Print a configuration to start from, or test one'
complete -c teleport -f -n '__fish_use_subcommand' -a 'node'
complete -c teleport -f -n '__fish_use_subcommand' -a 'status' -d 'Show which session of a node this is'
complete -c teleport -f -n '__fish_use_subcommand' -a 'version' -d 'Show the version'
complete -c teleport -f -n '__fish_seen_subcommand_from node; and not __fish_seen_subcommand_from configure' -a 'configure' -d 'Print a configuration for a node of a cluster elsewhere'
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
complete -c teleport -n '__fish_seen_subcommand_from start' -l apply-on-startup -d 'Resources that are written at every start' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l insecure -d 'Accept any certificate of the proxy while joining'
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l public-addr -d 'Address that users reach the proxy at' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l roles -d 'The services of this host: proxy, node, auth (default: all)' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l cert-file -d 'Certificate of the proxy, PEM' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l key-file -d 'Its key, PEM without a password' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l node-labels -d 'Labels of this host' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l test -d 'Say whether a file is a configuration, and what is wrong with it' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l acme -d 'Not implemented: a certificate by ACME'
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l acme-email -d 'Not implemented: the address for ACME' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l app-name -d 'Not implemented: the name of an application' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l app-uri -d 'Not implemented: the address of an application' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l mcp-demo-server -d 'Not implemented: a demonstration server for MCP'
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l cluster-name -d 'Name of the cluster, for ever' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l data-dir -d 'Where state is kept (default /var/lib/teleport)' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l token -d 'Token to join a cluster elsewhere with, or the file it is in' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l join-method -d 'How the host joins; token is implemented' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l proxy -d 'The proxy of the cluster elsewhere' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l auth-server -d 'The auth service of that cluster, instead of its proxy' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l node-name -d 'The name of this host (default: as the system has it)' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l version -d 'Version of the file (default v3)' -x -a 'v1 v2 v3'
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l output -s o -d 'stdout, file (/etc/teleport.yaml), file:///PATH or PATH (default stdout)' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l public-addr -d 'A name of this host beside its own' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l labels -d 'Labels of this host' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l ca-pin -d 'What tctl status shows of the cluster' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l silent -d 'Say nothing when the file is written'
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l azure-client-id -d 'Not implemented: joining as a managed identity of Azure' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l cluster-name -d 'Name of the cluster, for ever' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l data-dir -d 'Where state is kept (default /var/lib/teleport)' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l token -d 'Token to join a cluster elsewhere with, or the file it is in' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l join-method -d 'How the host joins; token is implemented' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l proxy -d 'The proxy of the cluster elsewhere' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l auth-server -d 'The auth service of that cluster, instead of its proxy' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l node-name -d 'The name of this host (default: as the system has it)' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l version -d 'Version of the file (default v3)' -x -a 'v1 v2 v3'
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l output -s o -d 'stdout, file (/etc/teleport.yaml), file:///PATH or PATH (default stdout)' -r
complete -c teleport -n '__fish_seen_subcommand_from status' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport -n '__fish_seen_subcommand_from version' -l raw -d 'Show the number of Teleport'\''s version alone'
complete -c teleport -n '__fish_seen_subcommand_from version' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport -l debug -s d -d 'Log everything'
complete -c teleport -l help -s h -d 'Show the help of a command'
