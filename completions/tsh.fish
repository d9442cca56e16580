# fish completion for tsh
complete -c tsh -f -n '__fish_use_subcommand' -a 'login' -d 'Log in to a cluster'
complete -c tsh -f -n '__fish_use_subcommand' -a 'logout' -d 'Remove keys and certificates, of one user or of all'
complete -c tsh -f -n '__fish_use_subcommand' -a 'status' -d 'Show who is logged in where, and for how long'
complete -c tsh -f -n '__fish_use_subcommand' -a 'clusters' -d 'List the clusters that can be reached from here'
complete -c tsh -f -n '__fish_use_subcommand' -a 'ls' -d 'List the nodes of the cluster'
complete -c tsh -f -n '__fish_use_subcommand' -a 'kube'
complete -c tsh -f -n '__fish_use_subcommand' -a 'kubectl' -d 'Run kubectl with the Kubernetes cluster that is selected'
complete -c tsh -f -n '__fish_use_subcommand' -a 'env' -d 'Print commands that set the environment for this login'
complete -c tsh -f -n '__fish_use_subcommand' -a 'version' -d 'Show the version of this program and the proxy in use'
complete -c tsh -f -n '__fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from ls login' -a 'ls' -d 'List the Kubernetes clusters'
complete -c tsh -f -n '__fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from ls login' -a 'login' -d 'Set kubectl up for a Kubernetes cluster'
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l ttl -d 'How long the login is to be good for' -r
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l auth -d 'How to log in' -r
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l out -s o -d 'Write the login to a file and leave the profile as it is' -r
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l overwrite -d 'Replace the file of --out when it is there'
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l kube-cluster -d 'Kubernetes cluster to set up for kubectl' -x -a '(tsh __names kube_cluster (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l format -s f -d 'Output format' -x -a 'text json yaml file openssh tls kubernetes'
complete -c tsh -n '__fish_seen_subcommand_from status' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from clusters' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube' -l search -d 'Only what has all of these words, commas between' -r
complete -c tsh -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube' -l query -d 'Only what this predicate holds for' -r
complete -c tsh -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube' -l verbose -s v -d 'Show more columns'
complete -c tsh -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube' -l format -s f -d 'Output format' -x -a 'text json yaml names'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l search -d 'Only what has all of these words, commas between' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l query -d 'Only what this predicate holds for' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Show more columns'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l quiet -s q -d 'Leave the header out'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l all -d 'Add every cluster and leave the current context as it is'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l set-context-name -d 'Name of the context' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l kube-namespace -s n -d 'Namespace of the context' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l as -d 'Kubernetes user to act as' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l as-groups -d 'Kubernetes groups to act as' -r
complete -c tsh -n '__fish_seen_subcommand_from env' -l unset -d 'Print commands that clear it'
complete -c tsh -n '__fish_seen_subcommand_from env' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from version' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -f -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -a '(tsh __names kube_cluster (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -l proxy -d 'Proxy of the cluster' -r
complete -c tsh -l user -d 'User of the cluster' -r
complete -c tsh -l cluster -d 'Cluster to use, when it is not the one logged in to' -x -a '(tsh __names cluster (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -l identity -s i -d 'Identity file to use instead of a login; needs --proxy' -r
complete -c tsh -l insecure -d 'Do not check the proxy'\''s certificate'
complete -c tsh -l debug -s d -d 'Show more of what is known'
complete -c tsh -l mfa-mode -d 'Preferred second factor' -x -a 'auto cross-platform platform otp sso'
complete -c tsh -l help -s h -d 'Show the help of a command'
