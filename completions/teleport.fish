# fish completion for teleport
complete -c teleport -f -n '__fish_use_subcommand' -a 'start' -d 'Run the cluster, or a node of a cluster on another host, until SIGTERM'
complete -c teleport -f -n '__fish_use_subcommand' -a 'configure' -d 'Print a configuration to start from, or test one'
complete -c teleport -f -n '__fish_use_subcommand' -a 'node'
complete -c teleport -f -n '__fish_use_subcommand' -a 'status' -d 'Show the session of a node in which the command runs'
complete -c teleport -f -n '__fish_use_subcommand' -a 'version' -d 'Show the version'
complete -c teleport -f -n '__fish_seen_subcommand_from node; and not __fish_seen_subcommand_from configure' -a 'configure' -d 'Print a configuration for a node of a cluster on another host'
complete -c teleport -n '__fish_seen_subcommand_from start' -l config -s c -d 'Configuration file (default /etc/teleport.yaml if the file exists)' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l data-dir -d 'Directory of the state (default /var/lib/teleport)' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l roles -s r -d 'Services to run: node, auth, proxy, kube, discovery' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l token -d 'Token to join a cluster on another host, or the file with the token' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l proxy -d 'Proxy of that cluster' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l auth-server -s s -d 'Auth service of that cluster, instead of its proxy' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l ca-pin -d 'CA pin of that cluster, from tctl status' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l nodename -d 'Name of this host (default the name of the system)' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l labels -d 'Labels of this host' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l pid-file -d 'File for the process ID, removed at the end' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l bootstrap -d 'File with the first resources of an empty cluster' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l apply-on-startup -d 'File with resources that are written at every start' -r
complete -c teleport -n '__fish_seen_subcommand_from start' -l insecure -d 'Accept any certificate of the proxy while joining'
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l public-addr -d 'Address that users reach the proxy at' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l roles -d 'Services of this host: proxy, node, auth (default all)' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l cert-file -d 'Certificate of the proxy, PEM' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l key-file -d 'Key of the certificate, PEM without a password' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l node-labels -d 'Labels of this host' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l test -d 'Check a configuration file and show its mistakes' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l acme -d 'Not implemented: a certificate by ACME'
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l acme-email -d 'Not implemented: the address for ACME' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l app-name -d 'Not implemented: the name of an application' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l app-uri -d 'Not implemented: the address of an application' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l mcp-demo-server -d 'Not implemented: a demonstration server for MCP'
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l cluster-name -d 'Name of the cluster, which cannot change later' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l data-dir -d 'Directory of the state (default /var/lib/teleport)' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l token -d 'Token to join a cluster on another host, or the file with the token' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l join-method -d 'Join method of the host: token or kubernetes' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l proxy -d 'Proxy of the cluster on another host' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l auth-server -d 'Auth service of that cluster, instead of its proxy' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l node-name -d 'Name of this host (default the name of the system)' -r
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l version -d 'Version of the configuration file (default v3)' -x -a 'v1 v2 v3'
complete -c teleport -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from node' -l output -s o -d 'stdout, file (/etc/teleport.yaml), file:///PATH or PATH (default stdout)' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l public-addr -d 'Additional name of this host' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l labels -d 'Labels of this host' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l ca-pin -d 'CA pin of the cluster, from tctl status' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l silent -d 'Print no message when the file is written'
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l azure-client-id -d 'Not implemented: joining as a managed identity of Azure' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l cluster-name -d 'Name of the cluster, which cannot change later' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l data-dir -d 'Directory of the state (default /var/lib/teleport)' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l token -d 'Token to join a cluster on another host, or the file with the token' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l join-method -d 'Join method of the host: token or kubernetes' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l proxy -d 'Proxy of the cluster on another host' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l auth-server -d 'Auth service of that cluster, instead of its proxy' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l node-name -d 'Name of this host (default the name of the system)' -r
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l version -d 'Version of the configuration file (default v3)' -x -a 'v1 v2 v3'
complete -c teleport -n '__fish_seen_subcommand_from node; and __fish_seen_subcommand_from configure' -l output -s o -d 'stdout, file (/etc/teleport.yaml), file:///PATH or PATH (default stdout)' -r
complete -c teleport -n '__fish_seen_subcommand_from status' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport -n '__fish_seen_subcommand_from version' -l raw -d 'Show only the number of Teleport'\''s version'
complete -c teleport -n '__fish_seen_subcommand_from version' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport -l debug -s d -d 'Log everything'
complete -c teleport -l help -s h -d 'Show the help of a command'
