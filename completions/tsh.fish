# fish completion for tsh
complete -c tsh -f -n '__fish_use_subcommand' -a 'login' -d 'Log in to a cluster'
complete -c tsh -f -n '__fish_use_subcommand' -a 'logout' -d 'Remove keys and certificates, of one user or of all'
complete -c tsh -f -n '__fish_use_subcommand' -a 'status' -d 'Show who is logged in where, and for how long'
complete -c tsh -f -n '__fish_use_subcommand' -a 'clusters' -d 'List the clusters that can be reached from here'
complete -c tsh -f -n '__fish_use_subcommand' -a 'ls' -d 'List the nodes of the cluster'
complete -c tsh -f -n '__fish_use_subcommand' -a 'ssh' -d 'Open a shell on a node, or run a command on one or several'
complete -c tsh -f -n '__fish_use_subcommand' -a 'scp' -d 'Copy files to a node or from one'
complete -c tsh -f -n '__fish_use_subcommand' -a 'sftp' -d 'Look at files of a node and copy them, by commands'
complete -c tsh -f -n '__fish_use_subcommand' -a 'proxy'
complete -c tsh -f -n '__fish_use_subcommand' -a 'config' -d 'Print configuration for OpenSSH, to be added to ~/.ssh/config'
complete -c tsh -f -n '__fish_use_subcommand' -a 'resolve' -d 'Show which node a name means; for Match exec in ssh_config'
complete -c tsh -f -n '__fish_use_subcommand' -a 'recordings'
complete -c tsh -f -n '__fish_use_subcommand' -a 'play' -d 'Play back the recording of a session'
complete -c tsh -f -n '__fish_use_subcommand' -a 'kube'
complete -c tsh -f -n '__fish_use_subcommand' -a 'kubectl' -d 'Run kubectl with the Kubernetes cluster that is selected'
complete -c tsh -f -n '__fish_use_subcommand' -a 'env' -d 'Print commands that set the environment for this login'
complete -c tsh -f -n '__fish_use_subcommand' -a 'version' -d 'Show the version of this program and the proxy in use'
complete -c tsh -f -n '__fish_use_subcommand' -a 'mfa'
complete -c tsh -f -n '__fish_use_subcommand' -a 'request'
complete -c tsh -f -n '__fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from ls login' -a 'ls' -d 'List the Kubernetes clusters'
complete -c tsh -f -n '__fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from ls login' -a 'login' -d 'Set kubectl up for a Kubernetes cluster'
complete -c tsh -f -n '__fish_seen_subcommand_from mfa; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List your second factors'
complete -c tsh -f -n '__fish_seen_subcommand_from proxy; and not __fish_seen_subcommand_from ssh' -a 'ssh' -d 'Connect stdin and stdout with a node, as ProxyCommand of OpenSSH'
complete -c tsh -f -n '__fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List sessions that are over'
complete -c tsh -f -n '__fish_seen_subcommand_from request; and not __fish_seen_subcommand_from ls show create review search drop' -a 'ls' -d 'List access requests: yours, and those that you may review'
complete -c tsh -f -n '__fish_seen_subcommand_from request; and not __fish_seen_subcommand_from ls show create review search drop' -a 'show' -d 'Show an access request in full'
complete -c tsh -f -n '__fish_seen_subcommand_from request; and not __fish_seen_subcommand_from ls show create review search drop' -a 'create' -d 'Ask for more access, wait for the decision, and use it'
complete -c tsh -f -n '__fish_seen_subcommand_from request; and not __fish_seen_subcommand_from ls show create review search drop' -a 'review' -d 'Approve or deny somebody'\''s access request'
complete -c tsh -f -n '__fish_seen_subcommand_from request; and not __fish_seen_subcommand_from ls show create review search drop' -a 'search' -d 'Find resources that can be asked for'
complete -c tsh -f -n '__fish_seen_subcommand_from request; and not __fish_seen_subcommand_from ls show create review search drop' -a 'drop' -d 'Give access back that was asked for'
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l out -s o -d 'Write the login to a file and leave the profile as it is' -r
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l overwrite -d 'Replace the file of --out when it is there'
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l kube-cluster -d 'Kubernetes cluster to set up for kubectl' -x -a '(tsh __names kube_cluster (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l request-id -d 'Log in with this access request, once it is approved' -r
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l request-roles -d 'Ask for these roles; no asks for none' -r
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l request-reason -d 'Why they are asked for' -r
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l request-reviewers -d 'Who should decide' -r
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l request-nowait -d 'Do not wait for the decision'
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l verbose -s v -d 'Show traits too'
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l format -s f -d 'Output format' -x -a 'text json yaml file openssh tls kubernetes'
complete -c tsh -n '__fish_seen_subcommand_from status' -l verbose -s v -d 'Show traits too'
complete -c tsh -n '__fish_seen_subcommand_from status' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from clusters' -l quiet -s q -d 'Leave the header out'
complete -c tsh -n '__fish_seen_subcommand_from clusters' -l verbose -s v -d 'Show all labels'
complete -c tsh -n '__fish_seen_subcommand_from clusters' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from mfa; and not __fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from request' -l search -d 'Only what has all of these words, commas between' -r
complete -c tsh -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from mfa; and not __fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from request' -l query -d 'Only what this predicate holds for' -r
complete -c tsh -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from mfa; and not __fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from request' -l verbose -s v -d 'Show more columns'
complete -c tsh -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from mfa; and not __fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from request' -l all -s R -d 'List the nodes of all clusters that your logins reach'
complete -c tsh -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from mfa; and not __fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from request' -l format -s f -d 'Output format' -x -a 'text json yaml names'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l login -s l -d 'Login on the node; else your own name there, or the first that your roles give' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l port -s p -d 'SSH port of the node; any when it is not given' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l search -d 'Nodes that have all of these words, commas between, in place of a host' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l query -d 'Nodes that this predicate holds for, in place of a host' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l forward-agent -s A -d 'Use the agent of this host, and let the node use it'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l forward -s L -d 'Forward a port of this host to one seen from the node' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l remote-forward -s R -d 'Forward a port of the node to one seen from here' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l dynamic-forward -s D -d 'Be a SOCKS proxy that connects from the node' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l tty -s t -d 'Ask for a terminal; twice: even when there is none here'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l no-tty -s T -d 'Ask for no terminal'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l no-remote-exec -s N -d 'Run nothing on the node: forward ports'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l x11-untrusted -s X -d 'Forward X11, with restrictions'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l x11-trusted -s Y -d 'Forward X11 without restrictions'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l x11-untrusted-timeout -d 'How long restricted X11 clients may connect' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l option -s o -d 'Option in the format of ssh_config' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l fork-after-authentication -s f -d 'Go to the background when the node has let you in'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l parallel -d 'How many nodes at once, when several match (10)' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l log-dir -d 'Write the output of each node to files there' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l format -d 'Output format' -x -a 'text json'
complete -c tsh -n '__fish_seen_subcommand_from scp' -l login -s l -d 'Login on the node' -r
complete -c tsh -n '__fish_seen_subcommand_from scp' -l port -s P -d 'SSH port of the node; any when it is not given' -r
complete -c tsh -n '__fish_seen_subcommand_from scp' -l recursive -s r -d 'Copy directories with what is in them'
complete -c tsh -n '__fish_seen_subcommand_from scp' -l preserve -s p -d 'Keep times and modes'
complete -c tsh -n '__fish_seen_subcommand_from scp' -l quiet -s q -d 'Show no progress'
complete -c tsh -n '__fish_seen_subcommand_from scp' -l limit -d 'Use no more of the network than this' -r
complete -c tsh -n '__fish_seen_subcommand_from sftp' -l login -s l -d 'Login on the node' -r
complete -c tsh -n '__fish_seen_subcommand_from sftp' -l port -s P -d 'SSH port of the node; any when it is not given' -r
complete -c tsh -n '__fish_seen_subcommand_from sftp' -l recursive -s r -d 'Copy directories with what is in them'
complete -c tsh -n '__fish_seen_subcommand_from sftp' -l preserve -s p -d 'Keep times and modes'
complete -c tsh -n '__fish_seen_subcommand_from sftp' -l quiet -s q -d 'Show no progress'
complete -c tsh -n '__fish_seen_subcommand_from sftp' -l batch -s b -d 'Commands to run, or - for those of stdin; the first that fails ends it' -r
complete -c tsh -n '__fish_seen_subcommand_from config' -l login -s l -d 'Login on the nodes' -r
complete -c tsh -n '__fish_seen_subcommand_from config' -l port -s p -d 'SSH port of the nodes' -r
complete -c tsh -n '__fish_seen_subcommand_from resolve' -l quiet -s q -d 'Show nothing: the exit code says whether there is one'
complete -c tsh -n '__fish_seen_subcommand_from resolve' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l from-utc -d 'Sessions that ended on this day (YYYY-MM-DD) or later; a day ago' -r
complete -c tsh -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l to-utc -d 'Sessions that ended before this day; now' -r
complete -c tsh -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l last -d 'Sessions that ended within this time: 5h30m' -r
complete -c tsh -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l limit -d 'At most so many; 50' -r
complete -c tsh -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from play' -l speed -d 'How fast' -x -a '0.5x 1x 2x 4x 8x'
complete -c tsh -n '__fish_seen_subcommand_from play' -l skip-idle-time -d 'Make pauses short'
complete -c tsh -n '__fish_seen_subcommand_from play' -l format -s f -d 'Output format' -x -a 'pty text json yaml asciicast'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l search -d 'Only what has all of these words, commas between' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l query -d 'Only what this predicate holds for' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Show more columns'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l quiet -s q -d 'Leave the header out'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l all -s R -d 'List those of all clusters that your logins reach'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l all -d 'Add every cluster and leave the current context as it is'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l set-context-name -d 'Name of the context' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l namespace -s n -d 'Namespace of the context' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l labels -d 'Only a cluster with these labels; without a name: all of them' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l query -d 'Only a cluster that this predicate holds for' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l as -d 'Kubernetes user to act as' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l as-groups -d 'Kubernetes groups to act as' -r
complete -c tsh -n '__fish_seen_subcommand_from env' -l unset -d 'Print commands that clear it'
complete -c tsh -n '__fish_seen_subcommand_from env' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from version' -l client -d 'Show the version of this program alone'
complete -c tsh -n '__fish_seen_subcommand_from version' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from mfa; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Show their IDs too'
complete -c tsh -n '__fish_seen_subcommand_from mfa; and __fish_seen_subcommand_from ls' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from ls' -l reviewable -d 'Only those that you can review'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from ls' -l suggested -d 'Only those that name you as a reviewer'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from ls' -l my-requests -d 'Only your own'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from ls' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from show' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l roles -d 'Roles to ask for; * means all that there are for you' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l resource -d 'Resource to ask for, as tsh request search shows it' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l reason -d 'Why' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l reviewers -d 'Who should decide' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l nowait -d 'Do not wait for the decision'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l request-ttl -d 'How long the request waits to be decided' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l session-ttl -d 'How long a login with it lasts' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l max-duration -d 'How long the access lasts' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l assume-start-time -d 'When the access begins, as 2026-01-31T08:00:00Z' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from review' -l approve -d 'Approve it'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from review' -l deny -d 'Deny it'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from review' -l reason -d 'Why' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from review' -l assume-start-time -d 'When the access begins, as 2026-01-31T08:00:00Z' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from review' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from search' -l kind -d 'Kind of the resources: kube_cluster' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from search' -l search -d 'Only what has all of these words, commas between' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from search' -l query -d 'Only what this predicate holds for' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from search' -l labels -d 'Only what has these labels' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from search' -l verbose -s v -d 'Show all labels'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from search' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from drop' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -f -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from mfa; and not __fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from request' -a '(tsh __names node_label (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -f -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -a '(tsh __names node_or_label (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -f -n '__fish_seen_subcommand_from scp' -a '(tsh __names node (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -f -n '__fish_seen_subcommand_from sftp' -a '(tsh __names node (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -f -n '__fish_seen_subcommand_from proxy; and __fish_seen_subcommand_from ssh' -a '(tsh __names node (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -f -n '__fish_seen_subcommand_from resolve' -a '(tsh __names node (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -f -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -a '(tsh __names kube_label (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -f -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -a '(tsh __names kube_cluster (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -l proxy -d 'Proxy of the cluster' -r
complete -c tsh -l user -d 'User of the cluster' -r
complete -c tsh -l cluster -s c -d 'Cluster to use, when it is not the one logged in to' -x -a '(tsh __names cluster (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -l identity -s i -d 'Identity file to use instead of a login; needs --proxy' -r
complete -c tsh -l insecure -d 'Do not check the proxy'\''s certificate'
complete -c tsh -l debug -s d -d 'Show more of what is known'
complete -c tsh -l mfa-mode -d 'Preferred second factor' -x -a 'auto cross-platform platform otp sso'
complete -c tsh -l no-relogin -d 'Fail when the login is over, in place of asking for a new one'
complete -c tsh -l help -s h -d 'Show the help of a command'
