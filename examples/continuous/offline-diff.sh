#!/bin/sh
# What a branch changes in each stack, as Markdown for a pull request: no account, no Pulumi CLI, no network.
#   offline-diff.sh BASE     BASE is what the branch is compared with, such as origin/main
# Exit code 0: told; 2: a stack file cannot work, and the text says why.
set -eu
base=${1:?"say what to compare with, such as origin/main"}
# From where the branch began: what BASE has changed since is no change of the branch's.
base=$(git merge-base "$base" HEAD)
realip="${PYTHON:-python} -m realip"
list=$(mktemp)
kept=$list
trap 'rm -f $kept' EXIT
code=0

tell() { # a command's output, or its complaint
  printf '```text\n'
  "$@" 2>&1 || code=2
  printf '```\n\n'
}

folder=stacks
git diff --name-status --no-renames "$base..HEAD" -- "$folder" | { grep 'Pulumi\..*\.yaml$' || true; } > "$list"
[ -s "$list" ] || echo "No stack file changes."
tab=$(printf '\t')
while IFS=$tab read -r status file; do
  stack=$(basename "$file" .yaml)
  stack=${stack#Pulumi.}
  case $status in
    A) printf '### %s: a new stack\n\n' "$stack"; tell $realip preview "$stack" ;;
    D) printf '### %s: its file is gone\n\nWhat it made stays until somebody runs `pulumi destroy`.\n\n' "$stack" ;;
    *)
      was="$stack-before"
      while [ -e "$folder/Pulumi.$was.yaml" ]; do was="$was-"; done
      kept="$kept $folder/Pulumi.$was.yaml"
      git show "$base:$file" > "$folder/Pulumi.$was.yaml"
      printf '### %s\n\n' "$stack"
      tell $realip diff "$was" "$stack"
      ;;
  esac
done < "$list"
exit $code
