# fish completion for tctl
complete -c tctl -f -n '__fish_use_subcommand' -a 'status' -d 'Show the cluster and its certificate authorities'
complete -c tctl -f -n '__fish_use_subcommand' -a 'get' -d 'Show resources of the cluster'
complete -c tctl -f -n '__fish_use_subcommand' -a 'create' -d 'Write resources from YAML or JSON'
complete -c tctl -f -n '__fish_use_subcommand' -a 'diff' -d 'Show field by field what tctl create -f would change'
complete -c tctl -f -n '__fish_use_subcommand' -a 'plan' -d 'Show what tctl create -f would change, and who gains and loses access by it'
complete -c tctl -f -n '__fish_use_subcommand' -a 'access'
complete -c tctl -f -n '__fish_use_subcommand' -a 'events'
complete -c tctl -f -n '__fish_use_subcommand' -a 'recordings'
complete -c tctl -f -n '__fish_use_subcommand' -a 'rm' -d 'Remove a resource'
complete -c tctl -f -n '__fish_use_subcommand' -a 'edit' -d 'Change a resource in a text editor (VISUAL, EDITOR)'
complete -c tctl -f -n '__fish_use_subcommand' -a 'update' -d 'Change labels or expiry of a leaf cluster'
complete -c tctl -f -n '__fish_use_subcommand' -a 'lock' -d 'Lock somebody or something out, now and until the lock is over or removed'
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
complete -c tctl -f -n '__fish_seen_subcommand_from access; and not __fish_seen_subcommand_from explain' -a 'explain' -d 'Say whether a user may do something, by which role, and what would be needed'
complete -c tctl -f -n '__fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from ls create ack ack ls' -a 'ls' -d 'List alerts of the cluster'
complete -c tctl -f -n '__fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from ls create ack ack ls' -a 'create' -d 'Create an alert, which users see when they log in unless its labels say otherwise'
complete -c tctl -f -n '__fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from ls create ack ack ls' -a 'ack' -d 'Acknowledge an alert, so that it is not shown for a time'
complete -c tctl -f -n '__fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from ls create ack ack ls' -a 'ack ls' -d 'List acknowledged alerts'
complete -c tctl -f -n '__fish_seen_subcommand_from apps; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List applications and the servers that announce them'
complete -c tctl -f -n '__fish_seen_subcommand_from auth; and not __fish_seen_subcommand_from sign ls export crl' -a 'sign' -d 'Write certificates of a user, or of a host, to files for other programs'
complete -c tctl -f -n '__fish_seen_subcommand_from auth; and not __fish_seen_subcommand_from sign ls export crl' -a 'ls' -d 'List auth services'
complete -c tctl -f -n '__fish_seen_subcommand_from auth; and not __fish_seen_subcommand_from sign ls export crl' -a 'export' -d 'Show certificate authorities in the form that other programs read'
complete -c tctl -f -n '__fish_seen_subcommand_from auth; and not __fish_seen_subcommand_from sign ls export crl' -a 'crl' -d 'Show the empty revocation list of an authority, in DER'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from add update ls rm instances ls instances show instances add' -a 'add' -d 'Create a bot and a token by which it joins'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from add update ls rm instances ls instances show instances add' -a 'update' -d 'Change roles, logins or lifetime of a bot'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from add update ls rm instances ls instances show instances add' -a 'ls' -d 'List bots'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from add update ls rm instances ls instances show instances add' -a 'rm' -d 'Remove a bot with its user and its role'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from add update ls rm instances ls instances show instances add' -a 'instances ls' -d 'List the instances of bots: where they have joined'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from add update ls rm instances ls instances show instances add' -a 'instances show' -d 'Show one instance of a bot'
complete -c tctl -f -n '__fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from add update ls rm instances ls instances show instances add' -a 'instances add' -d 'Make a token by which a bot joins on one more machine'
complete -c tctl -f -n '__fish_seen_subcommand_from db; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List databases and the servers that announce them'
complete -c tctl -f -n '__fish_seen_subcommand_from events; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List what the audit log has of a time, the newest first'
complete -c tctl -f -n '__fish_seen_subcommand_from inventory; and not __fish_seen_subcommand_from status ls rm ping' -a 'status' -d 'Count what runs of the cluster'
complete -c tctl -f -n '__fish_seen_subcommand_from inventory; and not __fish_seen_subcommand_from status ls rm ping' -a 'ls' -d 'List what runs of the cluster, and where'
complete -c tctl -f -n '__fish_seen_subcommand_from inventory; and not __fish_seen_subcommand_from status ls rm ping' -a 'rm' -d 'End a host for good: what it announced goes, and its id and certificates are refused'
complete -c tctl -f -n '__fish_seen_subcommand_from inventory; and not __fish_seen_subcommand_from status ls rm ping' -a 'ping' -d 'Ask an agent whether it is there'
complete -c tctl -f -n '__fish_seen_subcommand_from kube; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List Kubernetes clusters and the servers that announce them'
complete -c tctl -f -n '__fish_seen_subcommand_from nodes; and not __fish_seen_subcommand_from add ls' -a 'add' -d 'Make a token by which a host joins, and show how'
complete -c tctl -f -n '__fish_seen_subcommand_from nodes; and not __fish_seen_subcommand_from add ls' -a 'ls' -d 'List nodes'
complete -c tctl -f -n '__fish_seen_subcommand_from proxy; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List proxies'
complete -c tctl -f -n '__fish_seen_subcommand_from recordings; and not __fish_seen_subcommand_from ls' -a 'ls' -d 'List sessions that are over'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'ls' -d 'List access requests'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'get' -d 'Show access requests in full'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'approve' -d 'Approve access requests'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'deny' -d 'Deny access requests'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'create' -d 'Ask for access in the name of a user'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'rm' -d 'Delete access requests'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'capabilities' -d 'Show what a user may ask for'
complete -c tctl -f -n '__fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from ls get approve deny create rm capabilities review' -a 'review' -d 'Review an access request in a reviewer'\''s name'
complete -c tctl -f -n '__fish_seen_subcommand_from tokens; and not __fish_seen_subcommand_from add ls rm' -a 'add' -d 'Make a token by which services join, and show how'
complete -c tctl -f -n '__fish_seen_subcommand_from tokens; and not __fish_seen_subcommand_from add ls rm' -a 'ls' -d 'List tokens and links of users; their values are hidden in the table'
complete -c tctl -f -n '__fish_seen_subcommand_from tokens; and not __fish_seen_subcommand_from add ls rm' -a 'rm' -d 'Remove a token'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and not __fish_seen_subcommand_from add update reset ls rm' -a 'add' -d 'Create a user and a link by which it sets its password'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and not __fish_seen_subcommand_from add update reset ls rm' -a 'update' -d 'Change roles and traits of a user; an option without a value empties a trait'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and not __fish_seen_subcommand_from add update reset ls rm' -a 'reset' -d 'Take a user'\''s password away and make a link by which it sets a new one'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and not __fish_seen_subcommand_from add update reset ls rm' -a 'ls' -d 'List users'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and not __fish_seen_subcommand_from add update reset ls rm' -a 'rm' -d 'Remove users'
complete -c tctl -n '__fish_seen_subcommand_from status; and not __fish_seen_subcommand_from inventory' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from get; and not __fish_seen_subcommand_from requests' -l with-secrets -d 'Include passwords and devices of users, private keys, client secrets, and the values of tokens in tables'
complete -c tctl -n '__fish_seen_subcommand_from get; and not __fish_seen_subcommand_from requests' -l format -d 'Output format' -x -a 'yaml json text'
complete -c tctl -n '__fish_seen_subcommand_from create; and not __fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from requests' -l force -s f -d 'Replace what exists'
complete -c tctl -n '__fish_seen_subcommand_from create; and not __fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from requests' -l continue -d 'Write the other documents when some are wrong or refused'
complete -c tctl -n '__fish_seen_subcommand_from create; and not __fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from requests' -l dry-run -d 'Have the cluster check everything, and change nothing'
complete -c tctl -n '__fish_seen_subcommand_from create; and not __fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from requests' -l confirm -d 'Also change a setting that the configuration file decides, or take your own access away'
complete -c tctl -n '__fish_seen_subcommand_from create; and not __fish_seen_subcommand_from alerts; and not __fish_seen_subcommand_from requests' -l validate -d 'What to do about unknown fields, and allowances that allow nothing' -x -a 'strict warn ignore'
complete -c tctl -n '__fish_seen_subcommand_from diff' -l filename -s f -d 'As an argument' -r
complete -c tctl -n '__fish_seen_subcommand_from diff' -l validate -d 'What to do about unknown fields, and allowances that allow nothing' -x -a 'strict warn ignore'
complete -c tctl -n '__fish_seen_subcommand_from diff' -l exit-code -d 'Exit with 1 when something would change'
complete -c tctl -n '__fish_seen_subcommand_from diff' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from plan' -l filename -s f -d 'As an argument' -r
complete -c tctl -n '__fish_seen_subcommand_from plan' -l validate -d 'What to do about unknown fields, and allowances that allow nothing' -x -a 'strict warn ignore'
complete -c tctl -n '__fish_seen_subcommand_from plan' -l exit-code -d 'Exit with 1 when somebody would gain or lose access'
complete -c tctl -n '__fish_seen_subcommand_from plan' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from access; and __fish_seen_subcommand_from explain' -l namespace -s n -d 'Namespace of the object' -r
complete -c tctl -n '__fish_seen_subcommand_from access; and __fish_seen_subcommand_from explain' -l labels -d 'Labels of the resource, in place of those that it has' -r
complete -c tctl -n '__fish_seen_subcommand_from access; and __fish_seen_subcommand_from explain' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l type -d 'Types of events, such as user.login' -r
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l user -d 'Of this user only' -x -a '(tctl __names user (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l from -d 'From when on, or how long ago (default 24h)' -r
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l to -d 'Until when (default now)' -r
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l order -d 'Oldest or newest first' -x -a 'asc desc'
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l limit -d 'At most so many (default 100)' -r
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l cursor -d 'Where the list before ended' -r
complete -c tctl -n '__fish_seen_subcommand_from events; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l from-utc -d 'Sessions that ended on this day (YYYY-MM-DD) or later; a day ago' -r
complete -c tctl -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l to-utc -d 'Sessions that ended before this day; now' -r
complete -c tctl -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l last -d 'Sessions that ended within this time: 5h30m' -r
complete -c tctl -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l limit -d 'At most so many; 50' -r
complete -c tctl -n '__fish_seen_subcommand_from recordings; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from rm; and not __fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from inventory; and not __fish_seen_subcommand_from requests; and not __fish_seen_subcommand_from tokens; and not __fish_seen_subcommand_from users' -l force -d 'Also when it takes your own access away'
complete -c tctl -n '__fish_seen_subcommand_from edit' -l confirm -d 'Also change a setting that the configuration file decides, or take your own access away'
complete -c tctl -n '__fish_seen_subcommand_from edit' -l validate -d 'What to do about unknown fields, and allowances that allow nothing' -x -a 'strict warn ignore'
complete -c tctl -n '__fish_seen_subcommand_from update; and not __fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from users' -l set-labels -d 'Labels, instead of those it has' -r
complete -c tctl -n '__fish_seen_subcommand_from update; and not __fish_seen_subcommand_from bots; and not __fish_seen_subcommand_from users' -l set-ttl -d 'When the leaf cluster is forgotten' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l message -d 'What those who are locked out are told' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l ttl -d 'How long the lock holds (default for ever)' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l expires -d 'When the lock is over, as 2030-01-31T12:00:00Z' -r
complete -c tctl -n '__fish_seen_subcommand_from lock' -l force -d 'Also when it takes your own access away'
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
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l out -s o -d 'File to write; some formats write several that begin with it' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l ttl -d 'How long they are good (default 12h; for hosts: for ever)' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l compat -d 'Form of the SSH certificate' -x -a 'standard oldssh'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l overwrite -d 'Replace files that are there'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l proxy -d 'Proxy that kubectl uses (default the cluster'\''s)' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l leaf-cluster -d 'Leaf cluster that kubectl uses' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l kube-cluster-name -d 'Kubernetes cluster that kubectl uses' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from sign' -l format -d 'Output format' -x -a 'text json yaml file openssh tls kubernetes'
complete -c tctl -n '__fish_seen_subcommand_from version' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l roles -d 'Roles of the user' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l ttl -d 'How long the link is good (default 1h, at most 48h)' -r
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
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l set-roles -d 'Roles of the user, instead of those it has' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l add-roles -d 'Roles to give the user' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l remove-roles -d 'Roles to take from the user' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from update' -l force -d 'Also when it takes your own access away'
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
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from reset' -l ttl -d 'How long the link is good (default 8h, at most 24h)' -r
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from reset' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from rm' -l force -d 'Also when it takes your own access away'
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from add' -l type -d 'What joins: node, proxy, kube, app, db, discovery, ...' -r
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from add' -l value -d 'The token, instead of a random one' -r
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from add' -l labels -d 'Labels of the token' -r
complete -c tctl -n '__fish_seen_subcommand_from tokens; and __fish_seen_subcommand_from add' -l ttl -d 'How long it is good (default 30m)' -r
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
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from add' -l ttl -d 'How long the token is good (default 1h)' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from add' -l token -d 'A token of this bot that is there already' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from add' -l logins -d 'Logins on nodes' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from add' -l max-session-ttl -d 'How long its certificates are good (12h, at most 168h)' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from add' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from update' -l set-roles -d 'Roles, instead of those it has' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from update' -l add-roles -d 'Roles, beside those it has' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from update' -l set-logins -d 'Logins, instead of those it has' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from update' -l add-logins -d 'Logins, beside those it has' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from update' -l set-max-session-ttl -d 'How long its certificates are good (at most 168h)' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from instances ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from instances show' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from instances add' -l token -d 'A token of this bot that is there already' -r
complete -c tctl -n '__fish_seen_subcommand_from bots; and __fish_seen_subcommand_from instances add' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from add' -l roles -d 'What the host is to be (default node)' -r
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from add' -l ttl -d 'How long the token is good (default 30m)' -r
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from add' -l token -d 'The token, instead of a random one' -r
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from add' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from ls' -l search -d 'Only what has all of these words, commas between' -r
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from ls' -l query -d 'Only what this predicate holds for' -r
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Show more columns'
complete -c tctl -n '__fish_seen_subcommand_from nodes; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l search -d 'Only what has all of these words, commas between' -r
complete -c tctl -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l query -d 'Only what this predicate holds for' -r
complete -c tctl -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Show more columns'
complete -c tctl -n '__fish_seen_subcommand_from kube; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from apps; and __fish_seen_subcommand_from ls' -l search -d 'Only what has all of these words, commas between' -r
complete -c tctl -n '__fish_seen_subcommand_from apps; and __fish_seen_subcommand_from ls' -l query -d 'Only what this predicate holds for' -r
complete -c tctl -n '__fish_seen_subcommand_from apps; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Show more columns'
complete -c tctl -n '__fish_seen_subcommand_from apps; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from db; and __fish_seen_subcommand_from ls' -l search -d 'Only what has all of these words, commas between' -r
complete -c tctl -n '__fish_seen_subcommand_from db; and __fish_seen_subcommand_from ls' -l query -d 'Only what this predicate holds for' -r
complete -c tctl -n '__fish_seen_subcommand_from db; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Show more columns'
complete -c tctl -n '__fish_seen_subcommand_from db; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'yaml json text'
complete -c tctl -n '__fish_seen_subcommand_from proxy; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'yaml json text'
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ls' -l labels -d 'Only alerts with these labels' -r
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ls' -l verbose -s v -d 'Acknowledged ones too, and more columns'
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from create' -l ttl -d 'How long the alert stays (default 24h)' -r
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from create' -l severity -d 'How severe it is (default low)' -x -a 'low medium high'
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from create' -l labels -d 'Labels that say who sees it when, instead of everybody at each login' -r
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from create' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ack' -l reason -d 'Why, in one line' -r
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ack' -l ttl -d 'For how long (default 24h)' -r
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ack' -l clear -d 'Show the alert again'
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ack' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from alerts; and __fish_seen_subcommand_from ack ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from ls' -l sort-index -d 'By what to sort (default created)' -x -a 'created state'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from ls' -l sort-order -d 'Which comes first (default descending)' -x -a 'ascending descending'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from get' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from approve' -l reason -d 'Why' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from approve' -l delegator -d 'Who decided, when it was somebody else' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from approve' -l annotations -d 'What else to note with the decision' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from approve' -l roles -d 'Approve only these of the roles' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from approve' -l assume-start-time -d 'When the access begins, as 2026-01-31T08:00:00Z' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from deny' -l reason -d 'Why' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from deny' -l delegator -d 'Who decided, when it was somebody else' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from deny' -l annotations -d 'What else to note with the decision' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from create' -l roles -d 'Roles to ask for (default all that the user may ask for)' -x -a '(tctl __names role (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from create' -l resource -d 'Resource to ask for: /CLUSTER/KIND/NAME' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from create' -l reason -d 'Why' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from create' -l dry-run -d 'Show what the request would be, and create none'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from create' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from rm' -l force -s f -d 'Approved ones too'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from capabilities' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from review' -l author -d 'Who reviews' -x -a '(tctl __names user (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from review' -l approve -d 'The review approves'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from review' -l deny -d 'The review denies'
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from review' -l reason -d 'Why' -r
complete -c tctl -n '__fish_seen_subcommand_from requests; and __fish_seen_subcommand_from review' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from status' -l connected -d 'List what is connected now'
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from status' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ls' -l services -d 'Those with one of these: node, kube, proxy, auth, ...' -r
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ls' -l exact-version -d 'Those of this version' -r
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ls' -l older-than -d 'Those of an older version' -r
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ls' -l newer-than -d 'Those of a newer version' -r
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ls' -l upgrader -d 'Those with this upgrader: kube, unit, none' -r
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ls' -l update-group -d 'Those of this group of updates' -r
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from rm' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from inventory; and __fish_seen_subcommand_from ping' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from export' -l type -d 'Which one, and in which form (default host and user, for SSH)' -x -a 'user host openssh tls-host tls tls-user tls-user-der windows tls-spiffe db db-der db-client db-client-der saml-idp awsra github'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from export' -l keys -d 'The private keys instead'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from export' -l fingerprint -d 'Only the SSH key with this fingerprint' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from export' -l compat -d '1.0 writes user authorities as known hosts' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from export' -l out -d 'Write each to a file PREFIX0.cer, PREFIX1.cer, ...' -r
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from crl' -l type -d 'Which authority' -x -a 'host db db_client user'
complete -c tctl -n '__fish_seen_subcommand_from auth; and __fish_seen_subcommand_from crl' -l out -d 'Write to a file whose name begins so' -r
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
complete -c tctl -l debug -s d -d 'Say more on stderr'
complete -c tctl -l help -s h -d 'Show the help of a command'
