# The role that the exporter assumes, in the provider's account. Its permissions are read from policy.json, so that there is
# no second list to maintain.

locals {
  policy     = jsondecode(file("${path.module}/../policy.json"))
  statements = [for statement in local.policy.Statement : statement if contains(var.statements, statement.Sid)]

  conditions = merge(
    var.external_id == null ? {} : { "sts:ExternalId" = var.external_id },
    var.organization_id == null ? {} : { "aws:PrincipalOrgID" = var.organization_id },
  )

  trust = {
    Sid       = "TrustTheExporter"
    Effect    = "Allow"
    Principal = { AWS = var.principal_arns }
    Action    = "sts:AssumeRole"
  }
}

resource "aws_iam_role" "exporter" {
  name                 = var.role_name
  description          = "Assumed by ssm-compliance-exporter to read compliance data."
  max_session_duration = 3600
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = local.policy.Version
    Statement = [
      merge(local.trust, length(local.conditions) == 0 ? {} : { Condition = { StringEquals = local.conditions } })
    ]
  })
}

resource "aws_iam_role_policy" "exporter" {
  name   = "ssm-compliance-exporter"
  role   = aws_iam_role.exporter.id
  policy = jsonencode(merge(local.policy, { Statement = local.statements }))
}
