output "role_arn" {
  description = "The role_arn of this account in the exporter's configuration."
  value       = aws_iam_role.exporter.arn
}
