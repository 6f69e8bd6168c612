output "role_arn" {
  description = "The role_arn to configure for this account in the exporter."
  value       = aws_iam_role.exporter.arn
}
