{{/* Labels, with ${{ values.name }} left as it is. */}}
{{- define "labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
{{- end }}
