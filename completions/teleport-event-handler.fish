# fish completion for teleport-event-handler
complete -c teleport-event-handler -f -n '__fish_use_subcommand' -a 'configure' -d 'Write certificates, configurations and a role to begin with'
complete -c teleport-event-handler -f -n '__fish_use_subcommand' -a 'start' -d 'Send the audit log of a cluster to Fluentd'
complete -c teleport-event-handler -f -n '__fish_use_subcommand' -a 'status' -d 'Show how far the running handler is, what failed, and what to do'
complete -c teleport-event-handler -f -n '__fish_use_subcommand' -a 'verify' -d 'Check that no exported event is missing, changed or reordered'
complete -c teleport-event-handler -f -n '__fish_use_subcommand' -a 'version' -d 'Show the version'
complete -c teleport-event-handler -n '__fish_seen_subcommand_from configure' -l output -d 'What the files are for (default fluentd)' -x -a 'fluentd'
complete -c teleport-event-handler -n '__fish_seen_subcommand_from configure' -l ttl -d 'Lifetime of the certificates (default 87600h)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from configure' -l dns-names -d 'Names of Fluentd'\''s host (default localhost), which are looked up' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from configure' -l ip -d 'Addresses of Fluentd'\''s host' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from configure' -l cn -d 'Name in the handler'\''s certificate (default Client)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from configure' -l length -d 'Length of the keys: 2048 or 4096 (default 4096)' -x -a '1024 2048 4096'
complete -c teleport-event-handler -n '__fish_seen_subcommand_from configure' -l overwrite -d 'Replace existing files without a question'
complete -c teleport-event-handler -n '__fish_seen_subcommand_from configure' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l fluentd-url -d 'URL that events are posted to' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l fluentd-session-url -d 'URL for recordings: URL.SESSION.log' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l format -d 'json, json-gzip, json-lines or json-lines-gzip (default json)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l chain -d 'Send each event with its place in the hash chain of the log'
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l fluentd-cert -d 'Client certificate for Fluentd' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l fluentd-key -d 'Key of the client certificate' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l fluentd-ca -d 'Certificate authority of Fluentd (default the system'\''s)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l fluentd-max-connections -d 'Connections to Fluentd (default twice --concurrency)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l teleport-addr -d 'Proxy or auth service (default localhost:3025)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l teleport-identity -d 'Identity file' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l teleport-refresh-enabled -d 'Read the identity file again at an interval'
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l teleport-refresh-interval -d 'How often (default 1m)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l teleport-ca -d 'Certificate authorities, in place of --teleport-identity' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l teleport-cert -d 'Certificate, in place of --teleport-identity' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l teleport-key -d 'Key, in place of --teleport-identity' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l storage -d 'Folder that keeps how far the export is' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l batch -d 'Events of a request (default 20)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l types -d 'Types of events to export (default all)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l skip-event-types -d 'Types of events to leave out' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l skip-session-types -d 'Types of events of recordings to leave out (default print,desktop.recording)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l start-time -d 'Oldest event, at the first start (RFC 3339; default now)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l timeout -d 'Pause when there is nothing new (default 5s)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l window-size -d 'Time that one search covers (default 24h)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l concurrency -d 'Recordings at a time (default 5)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l dry-run -d 'Read events, and send none; with a folder of its own'
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l exit-on-last-event -d 'End when all events are sent'
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l diag-addr -d 'Serve /livez, /readyz and /metrics' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l pid-file -d 'Write the process id to a file' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l lock-enabled -d 'Lock users whose logins fail too often; strangers can make them fail'
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l lock-failed-attempts-count -d 'Failed logins within --lock-period (default 3)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l lock-period -d 'Period of the failed logins (default 1m)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from start' -l lock-for -d 'How long a lock lasts (default for ever)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from status' -l storage -d 'Storage of the handler (default that of the configuration)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from status' -l teleport-addr -d 'Proxy or auth service (default that of the configuration)' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from status' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport-event-handler -n '__fish_seen_subcommand_from verify' -l trust-key -d 'Accept only heads that begin with one of these keys' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from verify' -l first -d 'Number of the event with which the export began' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from verify' -l last -d 'Number of the event that the export must reach' -r
complete -c teleport-event-handler -n '__fish_seen_subcommand_from verify' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport-event-handler -n '__fish_seen_subcommand_from version' -l format -d 'Output format' -x -a 'text json yaml'
complete -c teleport-event-handler -l config -s c -d 'Configuration file (TOML)' -r
complete -c teleport-event-handler -l strict -d 'Refuse what would be a warning: unknown keys of the configuration, names without an address'
complete -c teleport-event-handler -l debug -s d -d 'Write more messages to the log'
complete -c teleport-event-handler -l help -s h -d 'Show the help of a command'
