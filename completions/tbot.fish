# fish completion for tbot
complete -c tbot -f -n '__fish_use_subcommand' -a 'start' -d 'Join the cluster and keep the outputs of a configuration fresh'
complete -c tbot -f -n '__fish_use_subcommand' -a 'configure' -d 'Print a configuration'
complete -c tbot -f -n '__fish_use_subcommand' -a 'init' -d 'Prepare a directory that the bot of another user writes to'
complete -c tbot -f -n '__fish_use_subcommand' -a 'migrate' -d 'Print a configuration of version v1 in version v2'
complete -c tbot -f -n '__fish_use_subcommand' -a 'status' -d 'Show what the running bot does: what is due when, what failed, and what to do'
complete -c tbot -f -n '__fish_use_subcommand' -a 'version' -d 'Show the version'
complete -c tbot -f -n '__fish_use_subcommand' -a 'install'
complete -c tbot -f -n '__fish_use_subcommand' -a 'copy-binaries' -d 'Copy tbot to a directory, for containers that lack it'
complete -c tbot -f -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from identity kubernetes kubernetes/v2 application' -a 'identity' -d 'Print a configuration with an identity'
complete -c tbot -f -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from identity kubernetes kubernetes/v2 application' -a 'kubernetes' -d 'Print a configuration with a Kubernetes cluster'
complete -c tbot -f -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from identity kubernetes kubernetes/v2 application' -a 'kubernetes/v2' -d 'Print a configuration with Kubernetes clusters'
complete -c tbot -f -n '__fish_seen_subcommand_from configure; and not __fish_seen_subcommand_from identity kubernetes kubernetes/v2 application' -a 'application' -d 'Print a configuration with an application'
complete -c tbot -f -n '__fish_seen_subcommand_from install; and not __fish_seen_subcommand_from systemd' -a 'systemd' -d 'Print or install a unit of systemd for a configuration'
complete -c tbot -f -n '__fish_seen_subcommand_from start; and not __fish_seen_subcommand_from identity kubernetes kubernetes/v2 application' -a 'identity' -d 'Keep an identity for SSH and for tctl and tsh fresh'
complete -c tbot -f -n '__fish_seen_subcommand_from start; and not __fish_seen_subcommand_from identity kubernetes kubernetes/v2 application' -a 'kubernetes' -d 'Keep a kubeconfig for one Kubernetes cluster fresh'
complete -c tbot -f -n '__fish_seen_subcommand_from start; and not __fish_seen_subcommand_from identity kubernetes kubernetes/v2 application' -a 'kubernetes/v2' -d 'Keep a kubeconfig for Kubernetes clusters fresh'
complete -c tbot -f -n '__fish_seen_subcommand_from start; and not __fish_seen_subcommand_from identity kubernetes kubernetes/v2 application' -a 'application' -d 'Keep certificates for an application fresh'
complete -c tbot -n '__fish_seen_subcommand_from start' -l auth-server -s a -d 'Auth service of the cluster; --proxy-server is preferred' -r
complete -c tbot -n '__fish_seen_subcommand_from start' -l proxy-server -d 'Proxy of the cluster' -r
complete -c tbot -n '__fish_seen_subcommand_from start' -l token -d 'Token to join with, or the absolute path of its file' -r
complete -c tbot -n '__fish_seen_subcommand_from start' -l ca-pin -d 'Pin of the cluster'\''s authority, to trust an auth service when joining' -r
complete -c tbot -n '__fish_seen_subcommand_from start' -l certificate-ttl -d 'Lifetime of certificates (default 1h)' -r
complete -c tbot -n '__fish_seen_subcommand_from start' -l renewal-interval -d 'Time between renewals (default 20m)' -r
complete -c tbot -n '__fish_seen_subcommand_from start' -l join-method -d 'How to join: token or kubernetes, say' -r
complete -c tbot -n '__fish_seen_subcommand_from start' -l oneshot -d 'Write everything once, then end'
complete -c tbot -n '__fish_seen_subcommand_from start' -l diag-addr -d 'Address for /livez, /readyz and /metrics' -r
complete -c tbot -n '__fish_seen_subcommand_from start' -l data-dir -d 'Directory of the bot'\''s own identity (default /var/lib/teleport/bot)' -r
complete -c tbot -n '__fish_seen_subcommand_from start' -l destination-dir -d 'Directory to write an identity to' -r
complete -c tbot -n '__fish_seen_subcommand_from configure' -l auth-server -s a -d 'Auth service of the cluster; --proxy-server is preferred' -r
complete -c tbot -n '__fish_seen_subcommand_from configure' -l proxy-server -d 'Proxy of the cluster' -r
complete -c tbot -n '__fish_seen_subcommand_from configure' -l token -d 'Token to join with, or the absolute path of its file' -r
complete -c tbot -n '__fish_seen_subcommand_from configure' -l ca-pin -d 'Pin of the cluster'\''s authority, to trust an auth service when joining' -r
complete -c tbot -n '__fish_seen_subcommand_from configure' -l certificate-ttl -d 'Lifetime of certificates (default 1h)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure' -l renewal-interval -d 'Time between renewals (default 20m)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure' -l join-method -d 'How to join: token or kubernetes, say' -r
complete -c tbot -n '__fish_seen_subcommand_from configure' -l oneshot -d 'Write everything once, then end'
complete -c tbot -n '__fish_seen_subcommand_from configure' -l diag-addr -d 'Address for /livez, /readyz and /metrics' -r
complete -c tbot -n '__fish_seen_subcommand_from configure' -l data-dir -d 'Directory of the bot'\''s own identity (default /var/lib/teleport/bot)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure' -l destination-dir -d 'Directory to write an identity to' -r
complete -c tbot -n '__fish_seen_subcommand_from configure' -l output -s o -d 'File to write the configuration to, instead of stdout' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l auth-server -s a -d 'Auth service of the cluster; --proxy-server is preferred' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l proxy-server -d 'Proxy of the cluster' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l token -d 'Token to join with, or the absolute path of its file' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l ca-pin -d 'Pin of the cluster'\''s authority, to trust an auth service when joining' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l certificate-ttl -d 'Lifetime of certificates (default 1h)' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l renewal-interval -d 'Time between renewals (default 20m)' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l join-method -d 'How to join: token or kubernetes, say' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l oneshot -d 'Write everything once, then end'
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l diag-addr -d 'Address for /livez, /readyz and /metrics' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l storage -d 'Place of the bot'\''s own identity (default /var/lib/teleport/bot)' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l join-uri -d 'Everything for joining in one: tbot+proxy+token://TOKEN@HOST:PORT' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l destination -d 'Where to write: a directory, or kubernetes-secret://NAMESPACE/NAME' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l reader-user -d 'User who may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l reader-group -d 'Group that may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l cluster -d 'Leaf cluster that the identity is for' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from identity' -l allow-reissue -d 'Let the identity ask for further certificates'
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l auth-server -s a -d 'Auth service of the cluster; --proxy-server is preferred' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l proxy-server -d 'Proxy of the cluster' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l token -d 'Token to join with, or the absolute path of its file' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l ca-pin -d 'Pin of the cluster'\''s authority, to trust an auth service when joining' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l certificate-ttl -d 'Lifetime of certificates (default 1h)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l renewal-interval -d 'Time between renewals (default 20m)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l join-method -d 'How to join: token or kubernetes, say' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l oneshot -d 'Write everything once, then end'
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l diag-addr -d 'Address for /livez, /readyz and /metrics' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l storage -d 'Place of the bot'\''s own identity (default /var/lib/teleport/bot)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l join-uri -d 'Everything for joining in one: tbot+proxy+token://TOKEN@HOST:PORT' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l destination -d 'Where to write: a directory, or kubernetes-secret://NAMESPACE/NAME' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l reader-user -d 'User who may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l reader-group -d 'Group that may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l cluster -d 'Leaf cluster that the identity is for' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l allow-reissue -d 'Let the identity ask for further certificates'
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from identity' -l output -s o -d 'File to write the configuration to, instead of stdout' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l auth-server -s a -d 'Auth service of the cluster; --proxy-server is preferred' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l proxy-server -d 'Proxy of the cluster' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l token -d 'Token to join with, or the absolute path of its file' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l ca-pin -d 'Pin of the cluster'\''s authority, to trust an auth service when joining' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l certificate-ttl -d 'Lifetime of certificates (default 1h)' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l renewal-interval -d 'Time between renewals (default 20m)' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l join-method -d 'How to join: token or kubernetes, say' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l oneshot -d 'Write everything once, then end'
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l diag-addr -d 'Address for /livez, /readyz and /metrics' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l storage -d 'Place of the bot'\''s own identity (default /var/lib/teleport/bot)' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l join-uri -d 'Everything for joining in one: tbot+proxy+token://TOKEN@HOST:PORT' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l destination -d 'Where to write: a directory, or kubernetes-secret://NAMESPACE/NAME' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l reader-user -d 'User who may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l reader-group -d 'Group that may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l kubernetes-cluster -d 'Kubernetes cluster that the credentials are for' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes' -l disable-exec-plugin -d 'Put the credentials into the kubeconfig, so that kubectl needs no tbot'
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l auth-server -s a -d 'Auth service of the cluster; --proxy-server is preferred' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l proxy-server -d 'Proxy of the cluster' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l token -d 'Token to join with, or the absolute path of its file' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l ca-pin -d 'Pin of the cluster'\''s authority, to trust an auth service when joining' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l certificate-ttl -d 'Lifetime of certificates (default 1h)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l renewal-interval -d 'Time between renewals (default 20m)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l join-method -d 'How to join: token or kubernetes, say' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l oneshot -d 'Write everything once, then end'
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l diag-addr -d 'Address for /livez, /readyz and /metrics' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l storage -d 'Place of the bot'\''s own identity (default /var/lib/teleport/bot)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l join-uri -d 'Everything for joining in one: tbot+proxy+token://TOKEN@HOST:PORT' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l destination -d 'Where to write: a directory, or kubernetes-secret://NAMESPACE/NAME' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l reader-user -d 'User who may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l reader-group -d 'Group that may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l kubernetes-cluster -d 'Kubernetes cluster that the credentials are for' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l disable-exec-plugin -d 'Put the credentials into the kubeconfig, so that kubectl needs no tbot'
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes' -l output -s o -d 'File to write the configuration to, instead of stdout' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l auth-server -s a -d 'Auth service of the cluster; --proxy-server is preferred' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l proxy-server -d 'Proxy of the cluster' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l token -d 'Token to join with, or the absolute path of its file' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l ca-pin -d 'Pin of the cluster'\''s authority, to trust an auth service when joining' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l certificate-ttl -d 'Lifetime of certificates (default 1h)' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l renewal-interval -d 'Time between renewals (default 20m)' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l join-method -d 'How to join: token or kubernetes, say' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l oneshot -d 'Write everything once, then end'
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l diag-addr -d 'Address for /livez, /readyz and /metrics' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l storage -d 'Place of the bot'\''s own identity (default /var/lib/teleport/bot)' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l join-uri -d 'Everything for joining in one: tbot+proxy+token://TOKEN@HOST:PORT' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l destination -d 'Where to write: a directory, or kubernetes-secret://NAMESPACE/NAME' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l reader-user -d 'User who may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l reader-group -d 'Group that may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l name-selector -d 'Kubernetes cluster to include' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l label-selector -d 'Labels of Kubernetes clusters to include' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from kubernetes/v2' -l disable-exec-plugin -d 'Put the credentials into the kubeconfig, so that kubectl needs no tbot'
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l auth-server -s a -d 'Auth service of the cluster; --proxy-server is preferred' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l proxy-server -d 'Proxy of the cluster' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l token -d 'Token to join with, or the absolute path of its file' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l ca-pin -d 'Pin of the cluster'\''s authority, to trust an auth service when joining' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l certificate-ttl -d 'Lifetime of certificates (default 1h)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l renewal-interval -d 'Time between renewals (default 20m)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l join-method -d 'How to join: token or kubernetes, say' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l oneshot -d 'Write everything once, then end'
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l diag-addr -d 'Address for /livez, /readyz and /metrics' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l storage -d 'Place of the bot'\''s own identity (default /var/lib/teleport/bot)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l join-uri -d 'Everything for joining in one: tbot+proxy+token://TOKEN@HOST:PORT' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l destination -d 'Where to write: a directory, or kubernetes-secret://NAMESPACE/NAME' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l reader-user -d 'User who may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l reader-group -d 'Group that may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l name-selector -d 'Kubernetes cluster to include' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l label-selector -d 'Labels of Kubernetes clusters to include' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l disable-exec-plugin -d 'Put the credentials into the kubeconfig, so that kubectl needs no tbot'
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from kubernetes/v2' -l output -s o -d 'File to write the configuration to, instead of stdout' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l auth-server -s a -d 'Auth service of the cluster; --proxy-server is preferred' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l proxy-server -d 'Proxy of the cluster' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l token -d 'Token to join with, or the absolute path of its file' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l ca-pin -d 'Pin of the cluster'\''s authority, to trust an auth service when joining' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l certificate-ttl -d 'Lifetime of certificates (default 1h)' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l renewal-interval -d 'Time between renewals (default 20m)' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l join-method -d 'How to join: token or kubernetes, say' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l oneshot -d 'Write everything once, then end'
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l diag-addr -d 'Address for /livez, /readyz and /metrics' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l storage -d 'Place of the bot'\''s own identity (default /var/lib/teleport/bot)' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l join-uri -d 'Everything for joining in one: tbot+proxy+token://TOKEN@HOST:PORT' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l destination -d 'Where to write: a directory, or kubernetes-secret://NAMESPACE/NAME' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l reader-user -d 'User who may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l reader-group -d 'Group that may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l app -d 'Application that the certificates are for' -r
complete -c tbot -n '__fish_seen_subcommand_from start; and __fish_seen_subcommand_from application' -l specific-tls-extensions -d 'Also write tls.crt, tls.key and tls.cas'
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l auth-server -s a -d 'Auth service of the cluster; --proxy-server is preferred' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l proxy-server -d 'Proxy of the cluster' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l token -d 'Token to join with, or the absolute path of its file' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l ca-pin -d 'Pin of the cluster'\''s authority, to trust an auth service when joining' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l certificate-ttl -d 'Lifetime of certificates (default 1h)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l renewal-interval -d 'Time between renewals (default 20m)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l join-method -d 'How to join: token or kubernetes, say' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l oneshot -d 'Write everything once, then end'
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l diag-addr -d 'Address for /livez, /readyz and /metrics' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l storage -d 'Place of the bot'\''s own identity (default /var/lib/teleport/bot)' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l join-uri -d 'Everything for joining in one: tbot+proxy+token://TOKEN@HOST:PORT' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l destination -d 'Where to write: a directory, or kubernetes-secret://NAMESPACE/NAME' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l reader-user -d 'User who may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l reader-group -d 'Group that may read the directory'\''s files' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l app -d 'Application that the certificates are for' -r
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l specific-tls-extensions -d 'Also write tls.crt, tls.key and tls.cas'
complete -c tbot -n '__fish_seen_subcommand_from configure; and __fish_seen_subcommand_from application' -l output -s o -d 'File to write the configuration to, instead of stdout' -r
complete -c tbot -n '__fish_seen_subcommand_from init' -l destination-dir -d 'Directory to initialise (default that of the configuration'\''s output)' -r
complete -c tbot -n '__fish_seen_subcommand_from init' -l init-dir -d 'Which of several directories of the configuration to initialise' -r
complete -c tbot -n '__fish_seen_subcommand_from init' -l owner -d 'Owner of the directory (default the user of the bot)' -r
complete -c tbot -n '__fish_seen_subcommand_from init' -l bot-user -d 'User that runs the bot' -r
complete -c tbot -n '__fish_seen_subcommand_from init' -l reader-user -d 'User who may read the files' -r
complete -c tbot -n '__fish_seen_subcommand_from init' -l clean -d 'Remove files that no output writes'
complete -c tbot -n '__fish_seen_subcommand_from migrate' -l output -s o -d 'File to write the configuration to, instead of stdout' -r
complete -c tbot -n '__fish_seen_subcommand_from status' -l storage -d 'Storage directory of the bot (default that of the configuration)' -r
complete -c tbot -n '__fish_seen_subcommand_from status' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tbot -n '__fish_seen_subcommand_from version' -l format -d 'Output format' -x -a 'text json yaml'
complete -c tbot -n '__fish_seen_subcommand_from install; and __fish_seen_subcommand_from systemd' -l name -d 'Name of the unit (default tbot)' -r
complete -c tbot -n '__fish_seen_subcommand_from install; and __fish_seen_subcommand_from systemd' -l user -d 'User that the unit runs as (default teleport)' -r
complete -c tbot -n '__fish_seen_subcommand_from install; and __fish_seen_subcommand_from systemd' -l group -d 'Group that the unit runs as (default teleport)' -r
complete -c tbot -n '__fish_seen_subcommand_from install; and __fish_seen_subcommand_from systemd' -l systemd-directory -d 'Directory of units (default /etc/systemd/system)' -r
complete -c tbot -n '__fish_seen_subcommand_from install; and __fish_seen_subcommand_from systemd' -l write -d 'Write the unit, instead of printing it'
complete -c tbot -n '__fish_seen_subcommand_from install; and __fish_seen_subcommand_from systemd' -l force -d 'Replace an existing unit with another content'
complete -c tbot -l config -s c -d 'Configuration file' -r
complete -c tbot -l strict -d 'Refuse unknown keys of the configuration, instead of warning of them'
complete -c tbot -l log-format -d 'Form of the log' -x -a 'text json'
complete -c tbot -l insecure -d 'Accept any certificate of the cluster when joining'
complete -c tbot -l debug -s d -d 'Write more messages to the log'
complete -c tbot -l help -s h -d 'Show the help of a command'
