# fish completion for tctl
complete -c tctl -f -n '__fish_use_subcommand' -a 'status' -d 'Show the cluster and its certificate authorities'
complete -c tctl -f -n '__fish_use_subcommand' -a 'get' -d 'Show resources of the cluster'
complete -c tctl -f -n '__fish_use_subcommand' -a 'create' -d 'Write resources from YAML or JSON'
complete -c tctl -f -n '__fish_use_subcommand' -a 'diff' -d 'Show field by field what tctl create -f would change'
complete -c tctl -f -n '__fish_use_subcommand' -a 'plan' -d 'Show what tctl create -f would change, and which users would gain or lose access'
complete -c tctl -f -n '__fish_use_subcommand' -a 'access'
complete -c tctl -f -n '__fish_use_subcommand' -a 'events'
complete -c tctl -f -n '__fish_use_subcommand' -a 'recordings'
complete -c tctl -f -n '__fish_use_subcommand' -a 'rm' -d 'Remove a resource'
complete -c tctl -f -n '__fish_use_subcommand' -a 'edit' -d 'Change a resource in a text editor (VISUAL, EDITOR)'
complete -c tctl -f -n '__fish_use_subcommand' -a 'update' -d 'Change labels or expiry of a leaf cluster'
complete -c tctl -f -n '__fish_use_subcommand' -a 'lock' -d 'Lock a user, role or host out at once, until the lock expires or is removed'
complete -c tctl -f -n '__fish_use_subcommand' -a 'auth'
complete -c tctl -f -n '__fish_use_subcommand' -a 'version' -d 'Show the version'
complete -c tctl -f -n '__fish_use_subcommand' -a 'users'
complete -c tctl -f -n '__fish_use_subcommand' -a 'tokens'
complete -c tctl -f -n '__fish_use_subcommand' -a 'bots'
complete -c tctl -f -n '__fish_use_subcommand' -a 'nodes'
complete -c tctl -f -n '__fish_use_subcommand' -a 'kube'
complete -c tctl -f -n '__fish_use_subcommand' -a 'apps'
complete -c tctl -f -n '__fish_use_subcommand' -a 'db'
complete -c tctl -f -n '__fish_use_subcommand' -a 'proxy'
complete -c tctl -f -n '__fish_use_subcommand' -a 'alerts'
complete -c tctl -f -n '__fish_use_subcommand' -a 'requests'
complete -c tctl -f -n '__fish_use_subcommand' -a 'inventory'
complete -c tctl -f -n '__fish_use_subcommand' -a 'audit'
complete -c tctl -f -n '__fish_seen_subcommand_from access; and not __fish_seen_subcommand_from explain' -a 'explain' -d 'Show whether a user may do something, by which role, and which roles would allow it'
complete -c tctl -f -n '__fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from ls create ack ack ls' -a 'ls' -d 'List alerts of the cluster'
complete -c tctl -f -n '__fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from ls create ack ack ls' -a 'create' -d 'Create an alert, which users see when they log in unless its labels say otherwise'
complete -c tctl -f -n '__fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from ls create ack ack ls' -a 'ack' -d 'Acknowledge an alert, so that the alert is not shown for a time'
complete -c tctl -f -n '__fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from ls create ack ack ls' -a 'ack ls' -d 'List acknowledged alerts'
complete -c tctl -f -n '__fish_seen_subcommand_from apps; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List applications and the servers that announce them'
complete -c tctl -f -n '__fish_seen_subcommand_from audit; and not __fish_seen_subcommand_from verify rotate-key' -a 'verify' -d 'Check that no event of the audit log is missing, changed or reordered'
complete -c tctl -f -n '__fish_seen_subcommand_from audit; and not __fish_seen_subcommand_from verify rotate-key' -a 'rotate-key' -d 'Replace the key that signs the heads of the audit log'
complete -c tctl -f -n '__fish_seen_subcommand_from auth; and not __fish_seen_subcommand_from sign ls export crl' -a 'sign' -d 'Write certificates of a user, or of a host, to files for other programs'
complete -c tctl -f -n '__fish_seen_subcommand_from auth; and not __fish_seen_subcommand_from sign ls export crl' -a 'ls' -d 'List auth services'
complete -c tctl -f -n '__fish_seen_subcommand_from auth; and not __fish_seen_subcommand_from sign ls export crl' -a 'export' -d 'Show certificate authorities in the form that other programs read'
complete -c tctl -f -n '__fish_seen_subcommand_from auth; and not __fish_seen_subcommand_from sign ls export crl' -a 'crl' -d 'Show the empty revocation list of an authority, in DER'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from add update ls rm instances ls instances show instances add' -a 'add' -d 'Create a bot and a token with which the bot joins'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from add update ls rm instances ls instances show instances add' -a 'update' -d 'Change roles, logins or lifetime of a bot'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from add update ls rm instances ls instances show instances add' -a 'ls' -d 'List bots'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from add update ls rm instances ls instances show instances add' -a 'rm' -d 'Remove a bot with its user and its role'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from add update ls rm instances ls instances show instances add' -a 'instances ls' -d 'List the instances of bots, which are the machines that have joined'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from add update ls rm instances ls instances show instances add' -a 'instances show' -d 'Show one instance of a bot'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from add update ls rm instances ls instances show instances add' -a 'instances add' -d 'Make a token with which a bot joins on another machine'
complete -c tctl -f -n '__fish_seen_subcommand_from db; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List databases and the servers that announce them'
complete -c tctl -f -n '__fish_seen_subcommand_from events; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List events of the audit log in a range of time, the newest first'
complete -c tctl -f -n '__fish_seen_subcommand_from inventory; and not __fish_seen_subcommand_from status ls rm ping' -a 'status' -d 'Count the versions, services and upgraders of the cluster'
complete -c tctl -f -n '__fish_seen_subcommand_from inventory; and not __fish_seen_subcommand_from status ls rm ping' -a 'ls' -d 'List the services of the cluster and their hosts'
complete -c tctl -f -n '__fish_seen_subcommand_from inventory; and not __fish_seen_subcommand_from status ls rm ping' -a 'rm' -d 'Remove a host permanently: its resources are removed, its id and certificates are refused'
complete -c tctl -f -n '__fish_seen_subcommand_from inventory; and not __fish_seen_subcommand_from status ls rm ping' -a 'ping' -d 'Measure how fast an agent answers'
complete -c tctl -f -n '__fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List Kubernetes clusters and the servers that announce them'
complete -c tctl -f -n '__fish_seen_subcommand_from nodes; and not __fish_seen_subcommand_from add ls' -a 'add' -d 'Make a token with which a host joins, and show the command'
complete -c tctl -f -n '__fish_seen_subcommand_from nodes; and not __fish_seen_subcommand_from add ls' -a 'ls' -d 'List nodes'
complete -c tctl -f -n '__fish_seen_subcommand_from proxy; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List proxies'
complete -c tctl -f -n '__fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List sessions that have ended'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'ls' -d 'List access requests'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'get' -d 'Show access requests in full'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'approve' -d 'Approve access requests'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'deny' -d 'Deny access requests'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'create' -d 'Request access in the name of a user'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'rm' -d 'Delete access requests'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'capabilities' -d 'Show what a user may request'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'review' -d 'Review an access request in a reviewer'\''s name'
complete -c tctl -f -n '__fish_seen_subcommand_from tokens; and not __fish_seen_subcommand_from add ls rm' -a 'add' -d 'Make a token with which services join, and show the command'
complete -c tctl -f -n '__fish_seen_subcommand_from tokens; and not __fish_seen_subcommand_from add ls rm' -a 'ls' -d 'List tokens and links of users; their values are hidden in the table'
complete -c tctl -f -n '__fish_seen_subcommand_from tokens; and not __fish_seen_subcommand_from add ls rm' -a 'rm' -d 'Remove a token'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and not __fish_seen_subcommand_from add update reset ls rm' -a 'add' -d 'Create a user and a link with which the user sets a password'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and not __fish_seen_subcommand_from add update reset ls rm' -a 'update' -d 'Change roles and traits of a user; an option without a value empties a trait'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and not __fish_seen_subcommand_from add update reset ls rm' -a 'reset' -d 'Remove a user'\''s password and make a link with which the user sets a new password'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and not __fish_seen_subcommand_from add update reset ls rm' -a 'ls' -d 'List users'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and not __fish_seen_subcommand_from add update reset ls rm' -a 'rm' -d 'Remove users'
complete -c tctl -n '__fish_seen_subcommand_from status; and not __fish_seen_subcommand_from inventory' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from get; and not __fish_seen_subcommand_from requests' -l with-secrets -d 'Include passwords and devices of users, private keys, client secrets, and the values of tokens in tables'
complete -c tctl -n '__fish_seen_subcommand_from get; and not __fish_seen_subcommand_from requests' -l format -d 'Output format' -x -a 'yaml json text'
complete -c tctl -n '__fish_seen_subcommand_from create; and not __fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from requests' -l force -s f -d 'Replace existing resources'
complete -c tctl -n '__fish_seen_subcommand_from create; and not __fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from requests' -l continue -d 'Write the other documents when some are wrong or refused'
complete -c tctl -n '__fish_seen_subcommand_from create; and not __fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from requests' -l dry-run -d 'Let the cluster check all documents, and change nothing'
complete -c tctl -n '__fish_seen_subcommand_from create; and not __fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from requests' -l confirm -d 'Change a setting that the configuration file decides, or remove your own access'
complete -c tctl -n '__fish_seen_subcommand_from create; and not __fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from requests' -l validate -d 'Treatment of unknown fields, and of allowances that allow nothing' -x -a 'strict warn ignore'
complete -c tctl -n '__fish_seen_subcommand_from diff' -l filename -s f -d 'The same as an argument' -r
complete -c tctl -n '__fish_seen_subcommand_from diff' -l validate -d 'Treatment of unknown fields, and of allowances that allow nothing' -x -a 'strict warn ignore'
complete -c tctl -n '__fish_seen_subcommand_from diff' -l exit-code -d 'Exit with 1 when a resource would change'
complete -c tctl -n '__fish_seen_subcommand_from diff' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from plan' -l filename -s f -d 'The same as an argument' -r
complete -c tctl -n '__fish_seen_subcommand_from plan' -l validate -d 'Treatment of unknown fields, and of allowances that allow nothing' -x -a 'strict warn ignore'
complete -c tctl -n '__fish_seen_subcommand_from plan' -l exit-code -d 'Exit with 1 when a user would gain or lose access'
complete -c tctl -n '__fish_seen_subcommand_from plan' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from access; and __fish_seen_subcommand_from explain' -l namespace -s n -d 'Namespace of the object' -r
complete -c tctl -n '__fish_seen_subcommand_from access; and __fish_seen_subcommand_from explain' -l labels -d 'Labels to use in place of the labels of the resource' -r
complete -c tctl -n '__fish_seen_subcommand_from access; and __fish_seen_subcommand_from explain' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l type -d 'Types of events, such as user.login' -r
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l user -d 'Only events of this user' -x -a '(tctl __names user (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l from -d 'Start of the range, or how long ago (default 24h)' -r
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l to -d 'End of the range (default now)' -r
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l order -d 'Oldest or newest first' -x -a 'asc desc'
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l limit -d 'Maximum number of events (default 100)' -r
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l cursor -d 'Cursor at which the previous list ended' -r
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l from-utc -d 'Only sessions that ended on this day (YYYY-MM-DD) or later (default a day ago)' -r
complete -c tctl -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l to-utc -d 'Only sessions that ended before this day (default now)' -r
complete -c tctl -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l last -d 'Only sessions that ended within this duration, such as 5h30m' -r
complete -c tctl -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l limit -d 'Maximum number of sessions (default 50)' -r
complete -c tctl -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from rm; and not __fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from inventory; and not __fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from tokens; and not __fish_seen_subcommand_from users' -l force -d 'Make the change even if it removes your own access'
complete -c tctl -n '__fish_seen_subcommand_from edit' -l confirm -d 'Change a setting that the configuration file decides, or remove your own access'
complete -c tctl -n '__fish_seen_subcommand_from edit' -l validate -d 'Treatment of unknown fields, and of allowances that allow nothing' -x -a 'strict warn ignore'
complete -c tctl -n '__fish_seen_subcommand_from update; and not __fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from users' -l set-labels -d 'Labels that replace the labels of the cluster' -r
complete -c tctl -n '__fish_seen_subcommand_from update; and not __fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from users' -l set-ttl -d 'Time after which the leaf cluster is removed' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l message -d 'Message for locked-out users' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l ttl -d 'Duration of the lock (default unlimited)' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l expires -d 'Time when the lock expires, as 2030-01-31T12:00:00Z' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l force -d 'Make the change even if it removes your own access'
complete -c tctl -n '__fish_seen_subcommand_from lock' -l user -d 'User' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l role -d 'Role' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l login -d 'Login on hosts' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l mfa-device -d 'Second factor of a user' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l windows-desktop -d 'Windows desktop' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l access-request -d 'Access request' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l device -d 'Trusted device' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l server-id -d 'Host' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l bot-instance-id -d 'Instance of a bot' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l join-token -d 'Join token of bots' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l user -d 'User of the certificates' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l host -d 'Names of a host, with --format=openssh' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l out -s o -d 'File to write; some formats write several files whose names begin with this name' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l ttl -d 'Lifetime of the certificates (default 12h; for hosts: unlimited)' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l compat -d 'Form of the SSH certificate' -x -a 'standard oldssh'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l overwrite -d 'Replace existing files'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l proxy -d 'Proxy that kubectl uses (default the proxy of the cluster)' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l leaf-cluster -d 'Leaf cluster that kubectl uses' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l kube-cluster-name -d 'Kubernetes cluster that kubectl uses' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l format -d 'Output format' -x -a 'text json yaml file openssh tls kubernetes'
complete -c tctl -n '__fish_seen_subcommand_from version' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l roles -d 'Roles of the user' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l ttl -d 'Lifetime of the link (default 1h, at most 48h)' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l logins -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l windows-logins -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l kubernetes-users -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l kubernetes-groups -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l db-users -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l db-names -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l db-roles -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l aws-role-arns -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l azure-identities -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l gcp-service-accounts -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l mcp-tools -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l host-user-uid -d 'Value of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l host-user-gid -d 'Value of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l default-relay-addr -d 'Value of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-roles -d 'Roles that replace the roles of the user' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l add-roles -d 'Roles to give the user' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l remove-roles -d 'Roles to take from the user' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l force -d 'Make the change even if it removes your own access'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-logins -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-windows-logins -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-kubernetes-users -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-kubernetes-groups -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-db-users -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-db-names -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-db-roles -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-aws-role-arns -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-azure-identities -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-gcp-service-accounts -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-mcp-tools -d 'Values of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-host-user-uid -d 'Value of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-host-user-gid -d 'Value of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-default-relay-addr -d 'Value of the trait of this name' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from reset' -l ttl -d 'Lifetime of the link (default 8h, at most 24h)' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from reset' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from rm' -l force -d 'Make the change even if it removes your own access'
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from add' -l type -d 'Services that join: node, proxy, kube, app, db, discovery, ...' -r
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from add' -l value -d 'Value of the token, instead of a random value' -r
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from add' -l labels -d 'Labels of the token' -r
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from add' -l ttl -d 'Lifetime of the token (default 30m)' -r
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from add' -l app-name -d 'Application, for the type app' -r
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from add' -l app-uri -d 'Address of the application, for the type app' -r
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from add' -l db-name -d 'Database, for the type db' -r
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from add' -l db-protocol -d 'Protocol of the database, for the type db' -r
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from add' -l db-uri -d 'Address of the database, for the type db' -r
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from add' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from ls' -l with-secrets -d 'Show the values in the table and with --format=text'
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from ls' -l labels -d 'Only tokens with these labels' -r
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from add' -l roles -d 'Roles that the bot can take on' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from add' -l ttl -d 'Lifetime of the token (default 1h)' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from add' -l token -d 'Existing token of this bot' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from add' -l logins -d 'Logins on nodes' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from add' -l max-session-ttl -d 'Lifetime of the bot'\''s certificates (default 12h, at most 168h)' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from add' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from update' -l set-roles -d 'Roles that replace the roles of the bot' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from update' -l add-roles -d 'Roles to add to the roles of the bot' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from update' -l set-logins -d 'Logins that replace the logins of the bot' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from update' -l add-logins -d 'Logins to add to the logins of the bot' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from update' -l set-max-session-ttl -d 'Lifetime of the bot'\''s certificates (at most 168h)' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from instances ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from instances show' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from instances add' -l token -d 'Existing token of this bot' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from instances add' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from add' -l roles -d 'Roles of the host (default node)' -r
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from add' -l ttl -d 'Lifetime of the token (default 30m)' -r
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from add' -l token -d 'Value of the token, instead of a random value' -r
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from add' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from ls' -l search -d 'Only resources with all of these words, separated by commas' -r
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from ls' -l query -d 'Only resources for which this predicate is true' -r
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Show more columns'
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l search -d 'Only resources with all of these words, separated by commas' -r
complete -c tctl -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l query -d 'Only resources for which this predicate is true' -r
complete -c tctl -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Show more columns'
complete -c tctl -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from apps; and __fish_seen_subcommand_from ls' -l search -d 'Only resources with all of these words, separated by commas' -r
complete -c tctl -n '__fish_seen_subcommand_from apps; and __fish_seen_subcommand_from ls' -l query -d 'Only resources for which this predicate is true' -r
complete -c tctl -n '__fish_seen_subcommand_from apps; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Show more columns'
complete -c tctl -n '__fish_seen_subcommand_from apps; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from db; and __fish_seen_subcommand_from ls' -l search -d 'Only resources with all of these words, separated by commas' -r
complete -c tctl -n '__fish_seen_subcommand_from db; and __fish_seen_subcommand_from ls' -l query -d 'Only resources for which this predicate is true' -r
complete -c tctl -n '__fish_seen_subcommand_from db; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Show more columns'
complete -c tctl -n '__fish_seen_subcommand_from db; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'yaml json text'
complete -c tctl -n '__fish_seen_subcommand_from proxy; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'yaml json text'
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ls' -l labels -d 'Only alerts with these labels' -r
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Show acknowledged alerts too, and more columns'
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from create' -l ttl -d 'Lifetime of the alert (default 24h)' -r
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from create' -l severity -d 'Severity of the alert (default low)' -x -a 'low medium high'
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from create' -l labels -d 'Labels that decide which users see the alert and when (default all users at each login)' -r
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from create' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ack' -l reason -d 'Reason of the acknowledgement, in one line' -r
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ack' -l ttl -d 'Duration of the acknowledgement (default 24h)' -r
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ack' -l clear -d 'Show the alert again'
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ack' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ack ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from ls' -l sort-index -d 'Key to sort by (default created)' -x -a 'created state'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from ls' -l sort-order -d 'Order of the list (default descending)' -x -a 'ascending descending'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from get' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from approve' -l reason -d 'Why' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from approve' -l delegator -d 'User who made the decision, if not the caller' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from approve' -l annotations -d 'Annotations of the decision' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from approve' -l roles -d 'Approve only these of the roles' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from approve' -l assume-start-time -d 'Time when the access begins, as 2026-01-31T08:00:00Z' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from deny' -l reason -d 'Why' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from deny' -l delegator -d 'User who made the decision, if not the caller' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from deny' -l annotations -d 'Annotations of the decision' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from create' -l roles -d 'Roles to request (default all roles that the user may request)' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from create' -l resource -d 'Resource to request: /CLUSTER/KIND/NAME' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from create' -l reason -d 'Why' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from create' -l dry-run -d 'Show the request without creating the request'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from create' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from rm' -l force -s f -d 'Approved ones too'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from capabilities' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from review' -l author -d 'Name of the reviewer' -x -a '(tctl __names user (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from review' -l approve -d 'The review approves'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from review' -l deny -d 'The review denies'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from review' -l reason -d 'Why' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from review' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from status' -l connected -d 'List the hosts that are connected now'
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from status' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ls' -l services -d 'Only hosts with one of these services: node, kube, proxy, auth, ...' -r
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ls' -l exact-version -d 'Only hosts of this version' -r
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ls' -l older-than -d 'Only hosts of an older version' -r
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ls' -l newer-than -d 'Only hosts of a newer version' -r
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ls' -l upgrader -d 'Only hosts with this upgrader: kube, unit, none' -r
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ls' -l update-group -d 'Only hosts of this update group' -r
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from rm' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ping' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from export' -l type -d 'Type and form of the authorities (default host and user, for SSH)' -x -a 'user host openssh tls-host tls tls-user tls-user-der windows tls-spiffe db db-der db-client db-client-der saml-idp awsra github'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from export' -l keys -d 'Show the private keys instead'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from export' -l fingerprint -d 'Show only the SSH key with this fingerprint' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from export' -l compat -d 'With 1.0, write user authorities as known hosts' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from export' -l out -d 'Write each to a file PREFIX0.cer, PREFIX1.cer, ...' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from crl' -l type -d 'Type of the authority' -x -a 'host db db_client user'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from crl' -l out -d 'Write to a file whose name begins with PREFIX' -r
complete -c tctl -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from verify' -l trust-key -d 'Accept only heads that begin with one of these keys' -r
complete -c tctl -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from verify' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from audit; and __fish_seen_subcommand_from rotate-key' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -f -n '__fish_seen_subcommand_from get; and not __fish_seen_subcommand_from requests' -a '(tctl __names resource (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -f -n '__fish_seen_subcommand_from access; and __fish_seen_subcommand_from explain' -a '(tctl __names user (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -f -n '__fish_seen_subcommand_from rm; and not __fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from inventory; and not __fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from tokens; and not __fish_seen_subcommand_from users' -a '(tctl __names resource (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -f -n '__fish_seen_subcommand_from edit' -a '(tctl __names resource (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -a '(tctl __names user (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from reset' -a '(tctl __names user (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from rm' -a '(tctl __names user (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from update' -a '(tctl __names bot (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from rm' -a '(tctl __names bot (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from instances ls' -a '(tctl __names bot (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from instances add' -a '(tctl __names bot (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from create' -a '(tctl __names user (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from capabilities' -a '(tctl __names user (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -l config -s c -d 'Configuration of the auth service on this host' -r
complete -c tctl -l data-dir -d 'Data directory of the auth service on this host' -r
complete -c tctl -l auth-server -d 'Auth service or proxy to use' -r
complete -c tctl -l identity -s i -d 'Identity file to use, with --auth-server' -r
complete -c tctl -l insecure -d 'Do not check the proxy'\''s certificate'
complete -c tctl -l debug -s d -d 'Write more messages to stderr'
complete -c tctl -l help -s h -d 'Show the help of a command'
