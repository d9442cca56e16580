{{- define "operator.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* The name of all objects, which join tokens name: RELEASE-operator, as the guide's token has it. */ -}}
{{- define "operator.fullname" -}}
{{- $full := printf "%s-%s" .Release.Name (.Values.nameOverride | default "operator") -}}
{{- if and (not .Values.nameOverride) (contains "operator" .Release.Name) -}}
{{- $full = .Release.Name -}}
{{- end -}}
{{- coalesce .Values.fullnameOverride .Values.fullNameOverride $full | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "operator.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "operator.fullname" .) -}}
{{- end -}}

{{- define "operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "operator.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: operator
{{- end -}}

{{- define "operator.labels" -}}
{{ include "operator.selectorLabels" . }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_") | trunc 63 | trimSuffix "-" | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- end -}}
