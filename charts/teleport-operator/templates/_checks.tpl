{{- define "operator.check" -}}
{{- if .Values.enabled -}}
{{- $_ := required "image is missing: the chart has no default registry; build the image with `./dev package image teleport-operator`" .Values.image -}}
{{- $_ := required "teleportAddress is missing: the proxy or the auth service of the cluster, HOST:PORT" .Values.teleportAddress -}}
{{- $_ := required "token is missing: the name of the join token of the bot" .Values.token -}}
{{- if not (contains ":" .Values.teleportAddress) -}}
{{- fail (printf "teleportAddress: %q has no port" .Values.teleportAddress) -}}
{{- end -}}
{{- if and (eq .Values.joinMethod "kubernetes") (not .Values.teleportClusterName) (not (hasSuffix ":3025" .Values.teleportAddress)) -}}
{{- fail "teleportClusterName is missing: the token of the Service account is for this cluster" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Not empty when the release makes the definitions. Those that a release has made stay when it makes them no more. */ -}}
{{- define "operator.hasDefinitions" -}}
{{- if or (eq .Values.installCRDs "always") (and (eq .Values.installCRDs "dynamic") .Values.enabled) -}}
true
{{- end -}}
{{- end -}}
