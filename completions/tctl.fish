# fish completion for tctl
complete -c tctl -f -n '__fish_use_subcommand' -a 'status' -d 'Show the cluster and its certificate authorities'
complete -c tctl -f -n '__fish_use_subcommand' -a 'get' -d 'Show resources of the cluster'
complete -c tctl -f -n '__fish_use_subcommand' -a 'create' -d 'Write resources from YAML or JSON'
complete -c tctl -f -n '__fish_use_subcommand' -a 'rm' -d 'Remove a resource'
complete -c tctl -f -n '__fish_use_subcommand' -a 'version' -d 'Show the version'
complete -c tctl -f -n '__fish_use_subcommand' -a 'users'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and not __fish_seen_subcommand_from add ls rm' -a 'add' -d 'Create a user and a link by which it sets its password'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and not __fish_seen_subcommand_from add ls rm' -a 'ls' -d 'List users'
complete -c tctl -f -n '__fish_seen_subcommand_from users; and not __fish_seen_subcommand_from add ls rm' -a 'rm' -d 'Remove users'
complete -c tctl -n '__fish_seen_subcommand_from status' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from get' -l with-secrets -d 'Include private keys'
complete -c tctl -n '__fish_seen_subcommand_from get' -l format -d 'Output format' -x -a 'yaml json text'
complete -c tctl -n '__fish_seen_subcommand_from create' -l force -s f -d 'Replace what exists'
complete -c tctl -n '__fish_seen_subcommand_from version' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l roles -d 'Roles of the user' -r
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
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from add' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -n '__fish_seen_subcommand_from users; and __fish_seen_subcommand_from ls' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tctl -f -n '__fish_seen_subcommand_from get' -a '(tctl __names resource (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -f -n '__fish_seen_subcommand_from rm; and not __fish_seen_subcommand_from users' -a '(tctl __names resource (commandline -ct | string replace -r "^--[^=]*=" "") 2>/dev/null)'
complete -c tctl -l config -s c -d 'Configuration of the auth service on this host' -r
complete -c tctl -l data-dir -d 'Data directory of the auth service on this host' -r
complete -c tctl -l auth-server -d 'Auth service or proxy to use' -r
complete -c tctl -l identity -s i -d 'Identity file to use, with --auth-server' -r
complete -c tctl -l insecure -d 'Do not check the proxy'\''s certificate'
complete -c tctl -l debug -s d -d 'Say more on stderr'
complete -c tctl -l help -s h -d 'Show the help of a command'
