#include "cli/completion.hpp"

namespace kopi::cli {
namespace {

constexpr std::string_view k_bash = R"sh(# kopi completion for bash:  eval "$(kopi completion bash)"
_kopi_complete() {
  local IFS=$'\n' line paths= reply=() as=()
  if [ "${COMP_WORDS[0]##*/}" != kopi ]; then as=(--as "${COMP_WORDS[0]##*/}"); fi
  while read -r line; do
    case "$line" in
      :file) paths=yes; reply+=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")) ;;
      :directory) paths=yes; reply+=($(compgen -d -- "${COMP_WORDS[COMP_CWORD]}")) ;;
      *) reply+=("${line%%$'\t'*}") ;;
    esac
  done < <(kopi __complete "${as[@]}" -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  COMPREPLY=("${reply[@]}")
  # bash takes every answer for a path once it is told so, and quotes it only then
  if [ -n "$paths" ]; then
    compopt -o filenames 2>/dev/null || :
  elif [ "${#reply[@]}" != 0 ]; then
    COMPREPLY=($(printf '%q\n' "${reply[@]}"))
  fi
}
complete -o bashdefault -F _kopi_complete kopi
for _kopi_alias in $(kopi __complete --aliases 2>/dev/null); do
  complete -o bashdefault -F _kopi_complete "$_kopi_alias"
done
unset _kopi_alias
)sh";

constexpr std::string_view k_zsh = R"sh(#compdef kopi
# kopi completion for zsh:  eval "$(kopi completion zsh)"
_kopi_complete() {
  local line word
  local -a as replies
  [[ ${words[1]:t} == kopi ]] || as=(--as ${words[1]:t})
  while IFS= read -r line; do
    case $line in
      :file) _files ;;
      :directory) _files -/ ;;
      *) word=${line%%$'\t'*}
         if [[ $line == *$'\t'* ]]; then replies+=("${word//:/\\:}:${line#*$'\t'}"); else replies+=("${word//:/\\:}"); fi ;;
    esac
  done < <(kopi __complete $as -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#replies )) && _describe 'kopi' replies
}
if [[ ${funcstack[1]-} == _kopi ]]; then
  _kopi_complete "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _kopi_complete kopi ${(f)"$(kopi __complete --aliases 2>/dev/null)"}
fi
)sh";

constexpr std::string_view k_fish = R"sh(# kopi completion for fish:  kopi completion fish | source
function __kopi_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l as
  if test (basename $words[1]) != kopi
    set as --as (basename $words[1])
  end
  for line in (kopi __complete $as -- $words[2..-1] "$current" 2>/dev/null)
    switch $line
      case ':file'
        __fish_complete_path $current
      case ':directory'
        __fish_complete_directories $current
      case '*'
        echo $line
    end
  end
end
for name in kopi (kopi __complete --aliases 2>/dev/null)
  complete -c $name -f -a '(__kopi_complete)'
end
)sh";

}  // namespace

std::optional<std::string> completion_script(std::string_view shell) {
  if (shell == "bash") return std::string(k_bash);
  if (shell == "zsh") return std::string(k_zsh);
  if (shell == "fish") return std::string(k_fish);
  return std::nullopt;
}

}  // namespace kopi::cli
