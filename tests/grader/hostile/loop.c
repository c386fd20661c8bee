/* hostile: a loop without end */
int main(void)
{
	for (;;)
		;
}
