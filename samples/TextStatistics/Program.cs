using TextStatistics;

return await new StatisticsCommand().RunAsync(args);
