{{- define "handler.check" -}}
{{- $_ := required "image.repository is missing: the chart has no default registry; build the image with `./dev package image teleport-event-handler`" .Values.image.repository -}}
{{- $_ := required "teleport.address is missing: the proxy or the auth service of the cluster, HOST:PORT" (include "handler.address" .) -}}
{{- if not (contains ":" (include "handler.address" .)) -}}
{{- fail (printf "teleport.address: %q has no port" (include "handler.address" .)) -}}
{{- end -}}
{{- $_ := required "teleport.identitySecretName is missing: a Secret with an identity file; or set tbot.enabled" (include "handler.identitySecret" .) -}}
{{- $_ := required "fluentd.url is missing" .Values.fluentd.url -}}
{{- $_ := required "fluentd.sessionUrl is missing" .Values.fluentd.sessionUrl -}}
{{- if or (hasPrefix "https:" .Values.fluentd.url) (hasPrefix "https:" .Values.fluentd.sessionUrl) -}}
{{- $_ := required "fluentd.certificate.secretName is missing: a Secret with the files that teleport-event-handler configure wrote" .Values.fluentd.certificate.secretName -}}
{{- end -}}
{{- end -}}

{{- define "handler.config" -}}
{{- $files := "/var/lib/teleport/plugins/event-handler" -}}
storage = {{ include "handler.storagePath" . | toJson }}
timeout = {{ .Values.eventHandler.timeout | toJson }}
batch = {{ .Values.eventHandler.batch | int64 }}
window-size = {{ .Values.eventHandler.windowSize | toJson }}
debug = {{ .Values.eventHandler.debug | default false }}
diag-addr = "0.0.0.0:3001"
{{- if .Values.eventHandler.chain }}
chain = true
{{- end }}
{{- range $key, $types := dict "types" .Values.eventHandler.types "skip-event-types" .Values.eventHandler.skipEventTypes "skip-session-types" .Values.eventHandler.skipSessionTypes }}
{{- with $types }}
{{ $key }} = {{ join "," . | toJson }}
{{- end }}
{{- end }}

[teleport]
addr = {{ include "handler.address" . | toJson }}
identity = {{ printf "%s/teleport-identity/%s" $files (include "handler.identityKey" .) | toJson }}
refresh.enabled = true

[forward.fluentd]
url = {{ .Values.fluentd.url | toJson }}
session-url = {{ .Values.fluentd.sessionUrl | toJson }}
{{- if ne .Values.fluentd.format "json" }}
format = {{ .Values.fluentd.format | toJson }}
{{- end }}
{{- if .Values.fluentd.certificate.secretName }}
ca = {{ printf "%s/certificate/ca.crt" $files | toJson }}
cert = {{ printf "%s/certificate/client.crt" $files | toJson }}
key = {{ printf "%s/certificate/client.key" $files | toJson }}
{{- end }}
{{- end -}}
