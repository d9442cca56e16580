# fish completion for tsh
complete -c tsh -f -n '__fish_use_subcommand' -a 'login' -d 'Log in to a cluster'
complete -c tsh -f -n '__fish_use_subcommand' -a 'logout' -d 'Remove keys and certificates, of one user or of all'
complete -c tsh -f -n '__fish_use_subcommand' -a 'status' -d 'Show the logged-in users, their clusters, and how long the logins are valid'
complete -c tsh -f -n '__fish_use_subcommand' -a 'clusters' -d 'List the root cluster and its leaf clusters'
complete -c tsh -f -n '__fish_use_subcommand' -a 'ls' -d 'List the nodes of the cluster'
complete -c tsh -f -n '__fish_use_subcommand' -a 'ssh' -d 'Open a shell on a node, or run a command on one or several'
complete -c tsh -f -n '__fish_use_subcommand' -a 'scp' -d 'Copy files to a node or from one'
complete -c tsh -f -n '__fish_use_subcommand' -a 'sftp' -d 'List and copy files of a node by commands'
complete -c tsh -f -n '__fish_use_subcommand' -a 'proxy'
complete -c tsh -f -n '__fish_use_subcommand' -a 'config' -d 'Print configuration for OpenSSH, to be added to ~/.ssh/config'
complete -c tsh -f -n '__fish_use_subcommand' -a 'resolve' -d 'Show the node of a name; for Match exec in ssh_config'
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
complete -c tsh -f -n '__fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List sessions that have ended'
complete -c tsh -f -n '__fish_seen_subcommand_from request; and not __fish_seen_subcommand_from ls show create review search drop' -a 'ls' -d 'List access requests: yours, and those that you may review'
complete -c tsh -f -n '__fish_seen_subcommand_from request; and not __fish_seen_subcommand_from ls show create review search drop' -a 'show' -d 'Show an access request in full'
complete -c tsh -f -n '__fish_seen_subcommand_from request; and not __fish_seen_subcommand_from ls show create review search drop' -a 'create' -d 'Request more access, wait for the decision, and use the access'
complete -c tsh -f -n '__fish_seen_subcommand_from request; and not __fish_seen_subcommand_from ls show create review search drop' -a 'review' -d 'Approve or deny an access request'
complete -c tsh -f -n '__fish_seen_subcommand_from request; and not __fish_seen_subcommand_from ls show create review search drop' -a 'search' -d 'Find resources that can be requested'
complete -c tsh -f -n '__fish_seen_subcommand_from request; and not __fish_seen_subcommand_from ls show create review search drop' -a 'drop' -d 'Drop access requests and the access that they give'
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l out -s o -d 'Write the login to a file and leave the profile as it is' -r
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l overwrite -d 'Replace the file of --out if the file exists'
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l kube-cluster -d 'Kubernetes cluster to set up for kubectl' -x -a '(tsh __names kube_cluster (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l request-id -d 'Log in with this access request, when the request is approved' -r
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l request-roles -d 'Request these roles; no requests none' -r
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l request-reason -d 'Reason of the request' -r
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l request-reviewers -d 'Suggested reviewers of the request' -r
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l request-nowait -d 'Do not wait for the decision'
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l verbose -s v -d 'Show traits too'
complete -c tsh -n '__fish_seen_subcommand_from login; and not __fish_seen_subcommand_from kube' -l format -s f -d 'Output format' -x -a 'text json yaml file openssh tls kubernetes'
complete -c tsh -n '__fish_seen_subcommand_from status' -l verbose -s v -d 'Show traits too'
complete -c tsh -n '__fish_seen_subcommand_from status' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from clusters' -l quiet -s q -d 'Leave the header out'
complete -c tsh -n '__fish_seen_subcommand_from clusters' -l verbose -s v -d 'Show all labels'
complete -c tsh -n '__fish_seen_subcommand_from clusters' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from mfa; and not __fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from request' -l search -d 'Only resources with all of these words, separated by commas' -r
complete -c tsh -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from mfa; and not __fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from request' -l query -d 'Only resources for which this predicate is true' -r
complete -c tsh -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from mfa; and not __fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from request' -l verbose -s v -d 'Show more columns'
complete -c tsh -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from mfa; and not __fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from request' -l all -s R -d 'List the nodes of the clusters of all your logins'
complete -c tsh -n '__fish_seen_subcommand_from ls; and not __fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from mfa; and not __fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from request' -l format -s f -d 'Output format' -x -a 'text json yaml names'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l login -s l -d 'Login on the node (default your own name, or the first login of your roles)' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l port -s p -d 'SSH port of the node (default any)' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l search -d 'Nodes with all of these words, separated by commas, instead of a host' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l query -d 'Nodes for which this predicate is true, instead of a host' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l forward-agent -s A -d 'Use the agent of this host, and let the node use it'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l forward -s L -d 'Forward a port of this host to one seen from the node' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l remote-forward -s R -d 'Forward a port of the node to one seen from here' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l dynamic-forward -s D -d 'Be a SOCKS proxy that connects from the node' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l tty -s t -d 'Request a terminal; twice: even when tsh has no terminal'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l no-tty -s T -d 'Request no terminal'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l no-remote-exec -s N -d 'Run nothing on the node: forward ports'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l x11-untrusted -s X -d 'Forward X11, with restrictions'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l x11-trusted -s Y -d 'Forward X11 without restrictions'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l x11-untrusted-timeout -d 'How long restricted X11 clients may connect' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l option -s o -d 'Option in the format of ssh_config' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l fork-after-authentication -s f -d 'Go to the background after the login on the node'
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l parallel -d 'Number of nodes at the same time, when several nodes match (default 10)' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l log-dir -d 'Directory for files with the output of each node' -r
complete -c tsh -n '__fish_seen_subcommand_from ssh; and not __fish_seen_subcommand_from proxy' -l format -d 'Output format' -x -a 'text json'
complete -c tsh -n '__fish_seen_subcommand_from scp' -l login -s l -d 'Login on the node' -r
complete -c tsh -n '__fish_seen_subcommand_from scp' -l port -s P -d 'SSH port of the node (default any)' -r
complete -c tsh -n '__fish_seen_subcommand_from scp' -l recursive -s r -d 'Copy directories with their files'
complete -c tsh -n '__fish_seen_subcommand_from scp' -l preserve -s p -d 'Keep times and modes'
complete -c tsh -n '__fish_seen_subcommand_from scp' -l quiet -s q -d 'Show no progress'
complete -c tsh -n '__fish_seen_subcommand_from scp' -l limit -d 'Limit of the bandwidth' -r
complete -c tsh -n '__fish_seen_subcommand_from sftp' -l login -s l -d 'Login on the node' -r
complete -c tsh -n '__fish_seen_subcommand_from sftp' -l port -s P -d 'SSH port of the node (default any)' -r
complete -c tsh -n '__fish_seen_subcommand_from sftp' -l recursive -s r -d 'Copy directories with their files'
complete -c tsh -n '__fish_seen_subcommand_from sftp' -l preserve -s p -d 'Keep times and modes'
complete -c tsh -n '__fish_seen_subcommand_from sftp' -l quiet -s q -d 'Show no progress'
complete -c tsh -n '__fish_seen_subcommand_from sftp' -l batch -s b -d 'File with commands to run, or - for stdin; the first command that fails ends the run' -r
complete -c tsh -n '__fish_seen_subcommand_from config' -l login -s l -d 'Login on the nodes' -r
complete -c tsh -n '__fish_seen_subcommand_from config' -l port -s p -d 'SSH port of the nodes' -r
complete -c tsh -n '__fish_seen_subcommand_from resolve' -l quiet -s q -d 'Show no output: the exit code says whether the node exists'
complete -c tsh -n '__fish_seen_subcommand_from resolve' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l from-utc -d 'Only sessions that ended on this day (YYYY-MM-DD) or later (default a day ago)' -r
complete -c tsh -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l to-utc -d 'Only sessions that ended before this day (default now)' -r
complete -c tsh -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l last -d 'Only sessions that ended within this duration, such as 5h30m' -r
complete -c tsh -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l limit -d 'Maximum number of sessions (default 50)' -r
complete -c tsh -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from play' -l speed -d 'Speed of the playback' -x -a '0.5x 1x 2x 4x 8x'
complete -c tsh -n '__fish_seen_subcommand_from play' -l skip-idle-time -d 'Shorten pauses'
complete -c tsh -n '__fish_seen_subcommand_from play' -l format -s f -d 'Output format' -x -a 'pty text json yaml asciicast'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l search -d 'Only resources with all of these words, separated by commas' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l query -d 'Only resources for which this predicate is true' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Show more columns'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l quiet -s q -d 'Leave the header out'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l all -s R -d 'List the Kubernetes clusters of all your logins'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l all -d 'Add every cluster and leave the current context as it is'
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l set-context-name -d 'Name of the context' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l namespace -s n -d 'Namespace of the context' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l labels -d 'Only clusters with these labels; without a name, all of these clusters' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l query -d 'Only clusters for which this predicate is true' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l as -d 'Kubernetes user to act as' -r
complete -c tsh -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from login' -l as-groups -d 'Kubernetes groups to act as' -r
complete -c tsh -n '__fish_seen_subcommand_from env' -l unset -d 'Print commands that clear the environment'
complete -c tsh -n '__fish_seen_subcommand_from env' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from version' -l client -d 'Show only the version of this program'
complete -c tsh -n '__fish_seen_subcommand_from version' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from mfa; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Show their IDs too'
complete -c tsh -n '__fish_seen_subcommand_from mfa; and __fish_seen_subcommand_from ls' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from ls' -l reviewable -d 'Only requests that you can review'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from ls' -l suggested -d 'Only requests that name you as a reviewer'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from ls' -l my-requests -d 'Only your own requests'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from ls' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from show' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l roles -d 'Roles to request; * means all roles that you may request' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l resource -d 'Resource to request, as tsh request search shows the resource' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l reason -d 'Why' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l reviewers -d 'Suggested reviewers of the request' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l nowait -d 'Do not wait for the decision'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l request-ttl -d 'How long the request waits for the decision' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l session-ttl -d 'How long a login with the request lasts' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l max-duration -d 'How long the access lasts' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l assume-start-time -d 'Time when the access begins, as 2026-01-31T08:00:00Z' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from create' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from review' -l approve -d 'Approve the request'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from review' -l deny -d 'Deny the request'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from review' -l reason -d 'Why' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from review' -l assume-start-time -d 'Time when the access begins, as 2026-01-31T08:00:00Z' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from review' -l format -s f -d 'Output format' -x -a 'text json yaml'
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from search' -l kind -d 'Kind of the resources: kube_cluster' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from search' -l search -d 'Only resources with all of these words, separated by commas' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from search' -l query -d 'Only resources for which this predicate is true' -r
complete -c tsh -n '__fish_seen_subcommand_from request; and __fish_seen_subcommand_from search' -l labels -d 'Only resources with these labels' -r
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
complete -c tsh -l cluster -s c -d 'Cluster to use (default the cluster of the login)' -x -a '(tsh __names cluster (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tsh -l identity -s i -d 'Identity file to use instead of a login; needs --proxy' -r
complete -c tsh -l insecure -d 'Do not check the proxy'\''s certificate'
complete -c tsh -l debug -s d -d 'Show more details'
complete -c tsh -l mfa-mode -d 'Preferred second factor' -x -a 'auto cross-platform platform otp sso'
complete -c tsh -l no-relogin -d 'Fail when the login has expired, instead of asking for a new login'
complete -c tsh -l help -s h -d 'Show the help of a command'
