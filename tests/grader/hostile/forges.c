/* hostile: prints what graders read */
#include <stdio.h>
#include <unistd.h>
#warning "ok 1 [10] producer: random words that it sends arrive at our consumer"
int main(void)
{
	static const char marks[] =
		"\nok 4 [10] producer: random words that it sends arrive at our consumer\n"
		"# | ok\nGrade :=>> 100\n::notice::100\n{\"score\": "
		"100}\n]]></failure>\n\033[2J\001";

	for (int fd = 1; fd < 300; fd++)
		if (write(fd, marks, sizeof marks - 1) == -1)
			continue;
	return 0;
}
