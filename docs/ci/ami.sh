#!/bin/sh
# What a pipeline does with the AMI that Packer's manifest names, before and instead of publishing it.
# Usage: ami.sh up DIR       starts a machine from it; DIR gets host, port, user and key for cupel check
#        ami.sh down DIR     takes that machine away
#        ami.sh reject WHY   deregisters the AMI
# Environment: MANIFEST (manifest.json), SUBNET, SECURITY_GROUP (lets this runner in at port 22), INSTANCE_TYPE
# (t3.medium), LOGIN (admin: the distribution's user), ADDRESS (PublicIpAddress, or PrivateIpAddress).
# Needs node, the AWS CLI, ssh-keygen and, to reject, cupel.
set -eu

die() { printf 'ami.sh: %s\n' "$*" >&2; exit 1; }
manifest=${MANIFEST:-manifest.json}
[ $# -eq 2 ] || die 'usage: ami.sh up DIR | down DIR | reject WHY'

# region:ami-…
artifact=$(node -p 'const m = JSON.parse(require("fs").readFileSync(process.argv[1])); m.builds.find((b) => b.packer_run_uuid === m.last_run_uuid).artifact_id' "$manifest")
region=${artifact%%:*}
ami=${artifact#*:}
export AWS_REGION="$region" AWS_PAGER=''

case $1 in
up)
  mkdir -p "$2"
  umask 077
  rm -f "$2/key" "$2/key.pub"
  ssh-keygen -q -t ed25519 -N '' -C boot-test -f "$2/key"
  # Should nobody come back for it, it goes by itself.
  printf '#cloud-config\nssh_authorized_keys:\n  - %s\nruncmd:\n  - [shutdown, -P, "+60"]\n' "$(cat "$2/key.pub")" >"$2/user-data"
  aws ec2 run-instances --image-id "$ami" --instance-type "${INSTANCE_TYPE:-t3.medium}" --count 1 \
    --subnet-id "${SUBNET:?}" --security-group-ids "${SECURITY_GROUP:?}" --user-data "file://$2/user-data" \
    --metadata-options HttpTokens=required --instance-initiated-shutdown-behavior terminate \
    --tag-specifications "ResourceType=instance,Tags=[{Key=Name,Value=boot-test-$ami},{Key=cupel:boot-test,Value=$ami}]" \
    --query 'Instances[0].InstanceId' --output text >"$2/instance"
  aws ec2 wait instance-running --instance-ids "$(cat "$2/instance")"
  aws ec2 describe-instances --instance-ids "$(cat "$2/instance")" \
    --query "Reservations[0].Instances[0].${ADDRESS:-PublicIpAddress}" --output text >"$2/host"
  echo 22 >"$2/port"
  printf '%s\n' "${LOGIN:-admin}" >"$2/user"
  ;;
down)
  [ -s "$2/instance" ] || exit 0
  aws ec2 terminate-instances --instance-ids "$(cat "$2/instance")" --query 'TerminatingInstances[0].CurrentState.Name' --output text
  ;;
reject)
  cupel revoke "$ami" --region "$region" --reason "$2" --deregister
  ;;
*) die "what is $1?" ;;
esac
