/* hostile: to the compiler: a file without end, and one that is nobody's business */
#include "/dev/zero"
#include "/etc/shadow"
